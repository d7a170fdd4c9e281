//! The one table of routes: method and path, who may call, handler, description. The router and the API's
//! description are both made from it.

mod table;

use actix_web::middleware::from_fn;
use actix_web::{Handler, Responder, Route, web};
use utoipa::__dev::{SchemaReferences, Tags};
use utoipa::Path;
use utoipa::openapi::path::{HttpMethod, Operation};
use utoipa::openapi::{RefOr, Schema};

use crate::access::{Access, guard};
use crate::console;
use crate::problem::Problem;

pub use table::table;

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
    pub(crate) fn new<D, F, Args>(access: Access, handler: F) -> Self
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
        // Invariant: no route is made without its guard.
        let route = move || {
            method_route(&wire)
                .to(handler.clone())
                .wrap(from_fn(move |request, next| guard(access, request, next)))
        };
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

impl Endpoint {
    /// Whether it is a page, or the form of one.
    pub(crate) fn is_page(&self) -> bool {
        let tags = self.operation.tags.as_deref().unwrap_or_default();
        tags.iter().any(|tag| tag == "Pages")
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
        let mut resource = web::resource(pattern(&path));
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
    console::register_assets(config);
}

/// The path as the router takes it: a tile's position may have several segments.
fn pattern(path: &str) -> String {
    path.replace("{tile}", "{tile:.*}")
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
