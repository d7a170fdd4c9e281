//! The API's description, made from the route table.

use utoipa::openapi::path::{PathItem, PathsBuilder};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

use crate::access::Access;
use crate::routes;

/// The OpenAPI document.
pub fn document() -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut components = ComponentsBuilder::new();
    for mut endpoint in routes::table() {
        endpoint.operation.security = Some(security(endpoint.access));
        components = components.schemas_from_iter(endpoint.schemas);
        paths = paths.path(
            endpoint.path,
            PathItem::new(endpoint.method, endpoint.operation),
        );
    }
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An API token, `utc_…`"))
        .build();
    components = components
        .security_scheme("token", SecurityScheme::Http(token))
        .security_scheme("session", session());
    let info = InfoBuilder::new()
        .title("Unified Trust Console")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Ask whether an operation may go on now; every answer is a signed receipt that was on disk before it."))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .paths(paths.build())
        .components(Some(components.build()))
        .build()
}

fn session() -> SecurityScheme {
    let text =
        "A session; what changes something also needs `X-CSRF-Token`, which `GET /api/v1/me` tells";
    let cookie = ApiKeyValue::with_description("utc", text);
    SecurityScheme::ApiKey(ApiKey::Cookie(cookie))
}

/// A token or a session where somebody must be known, else nothing.
fn security(access: Access) -> Vec<SecurityRequirement> {
    let none: [String; 0] = [];
    match access {
        Access::Probe | Access::Anyone | Access::Log | Access::Signed => Vec::new(),
        Access::Known
        | Access::Role(_)
        | Access::Everywhere(_)
        | Access::Observer
        | Access::Overseer => ["token", "session"]
            .map(|name| SecurityRequirement::new(name, none.clone()))
            .to_vec(),
    }
}
