//! The one table of routes: method and path, who may call, handler, description. The router and the API's
//! description are both made from it.

use actix_web::{Handler, Responder, Route, web};
use utoipa::__dev::{SchemaReferences, Tags};
use utoipa::Path;
use utoipa::openapi::path::{HttpMethod, Operation};
use utoipa::openapi::{RefOr, Schema};

use crate::handlers::{decisions, pages, receipts, rules, system, units};
use crate::problem::Problem;

/// Who may call. Roles join when there are identities; until then the server answers this machine only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone who reaches the server.
    Anyone,
    /// Whoever may read.
    Viewer,
    /// Whoever may ask for decisions.
    Decider,
    /// Whoever may change rules, units and pins.
    Operator,
}

/// One row of the table.
pub struct Endpoint {
    /// The HTTP method.
    pub method: HttpMethod,
    /// The path, with `{parameters}`.
    pub path: String,
    /// Who may call.
    pub access: Access,
    pub(crate) operation: Operation,
    pub(crate) schemas: Vec<(String, RefOr<Schema>)>,
    route: Box<dyn Fn() -> Route>,
}

impl Endpoint {
    /// `D` is what `#[utoipa::path]` made of the handler: method, path and description in one place.
    fn new<D, F, Args>(access: Access, handler: F) -> Self
    where
        D: Path + SchemaReferences + for<'t> Tags<'t>,
        F: Handler<Args>,
        Args: actix_web::FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let method = D::methods().into_iter().next().unwrap_or(HttpMethod::Get);
        let mut operation = D::operation();
        operation.tags = Some(D::tags().into_iter().map(str::to_owned).collect());
        let mut schemas = Vec::new();
        D::schemas(&mut schemas);
        let wire = method.clone();
        let route = move || method_route(&wire).to(handler.clone());
        Self {
            method,
            path: D::path(),
            access,
            operation,
            schemas,
            route: Box::new(route),
        }
    }
}

fn method_route(method: &HttpMethod) -> Route {
    match method {
        HttpMethod::Post => web::post(),
        HttpMethod::Put => web::put(),
        HttpMethod::Patch => web::patch(),
        HttpMethod::Delete => web::delete(),
        HttpMethod::Head => web::head(),
        HttpMethod::Get | HttpMethod::Options | HttpMethod::Trace => web::get(),
    }
}

/// Every endpoint.
pub fn table() -> Vec<Endpoint> {
    use Access::{Anyone, Decider, Operator, Viewer};
    vec![
        Endpoint::new::<decisions::__path_decide, _, _>(Decider, decisions::decide),
        Endpoint::new::<decisions::__path_batch, _, _>(Decider, decisions::batch),
        Endpoint::new::<receipts::__path_list, _, _>(Viewer, receipts::list),
        Endpoint::new::<receipts::__path_get, _, _>(Viewer, receipts::get),
        Endpoint::new::<receipts::__path_erase_input, _, _>(Operator, receipts::erase_input),
        Endpoint::new::<receipts::__path_verify, _, _>(Viewer, receipts::verify),
        Endpoint::new::<rules::__path_list, _, _>(Viewer, rules::list),
        Endpoint::new::<rules::__path_history, _, _>(Viewer, rules::history),
        Endpoint::new::<rules::__path_put, _, _>(Operator, rules::put),
        Endpoint::new::<units::__path_list, _, _>(Viewer, units::list),
        Endpoint::new::<units::__path_get, _, _>(Viewer, units::get),
        Endpoint::new::<units::__path_put, _, _>(Operator, units::put),
        Endpoint::new::<units::__path_patch, _, _>(Operator, units::patch),
        Endpoint::new::<units::__path_history, _, _>(Viewer, units::history),
        Endpoint::new::<units::__path_observe, _, _>(Operator, units::observe),
        Endpoint::new::<units::__path_pin, _, _>(Operator, units::pin),
        Endpoint::new::<units::__path_unpin, _, _>(Operator, units::unpin),
        Endpoint::new::<units::__path_mark_risky, _, _>(Operator, units::mark_risky),
        Endpoint::new::<units::__path_clear_risky, _, _>(Operator, units::clear_risky),
        Endpoint::new::<system::__path_health, _, _>(Anyone, system::health),
        Endpoint::new::<system::__path_ready, _, _>(Anyone, system::ready),
        Endpoint::new::<system::__path_metrics, _, _>(Viewer, system::metrics),
        Endpoint::new::<system::__path_description, _, _>(Anyone, system::description),
        Endpoint::new::<pages::__path_start, _, _>(Anyone, pages::start),
        Endpoint::new::<pages::__path_docs, _, _>(Anyone, pages::docs),
    ]
}

/// Registers every endpoint; paths that several methods share become one resource, which names the methods it
/// knows to whoever uses another.
pub(crate) fn register(config: &mut web::ServiceConfig) {
    let mut resources: Vec<(String, Vec<Endpoint>)> = Vec::new();
    for endpoint in table() {
        match resources
            .iter_mut()
            .find(|(path, _)| *path == endpoint.path)
        {
            Some((_, endpoints)) => endpoints.push(endpoint),
            None => resources.push((endpoint.path.clone(), vec![endpoint])),
        }
    }
    for (path, endpoints) in resources {
        let allowed: Vec<&str> = endpoints
            .iter()
            .map(|endpoint| name(&endpoint.method))
            .collect();
        let allowed = allowed.join(", ");
        let mut resource = web::resource(path);
        for endpoint in &endpoints {
            resource = resource.route((endpoint.route)());
        }
        config.service(resource.default_service(web::to(move || {
            let allow = (actix_web::http::header::ALLOW, allowed.clone());
            async move {
                actix_web::HttpResponse::MethodNotAllowed()
                    .insert_header(allow)
                    .finish()
            }
        })));
    }
    config.route(&crate::pages::style_path(), web::get().to(pages::style));
}

/// The method's name on the wire.
pub(crate) fn name(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
        HttpMethod::Put => "PUT",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Head => "HEAD",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Trace => "TRACE",
    }
}

/// What nothing else answers.
pub(crate) async fn no_route() -> Result<actix_web::HttpResponse, Problem> {
    Err(Problem::no_route())
}
