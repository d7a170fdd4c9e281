//! The API's description, made from the route table.

use utoipa::openapi::path::{PathItem, PathsBuilder};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

use crate::routes;

/// The OpenAPI document.
pub fn document() -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut components = ComponentsBuilder::new();
    for endpoint in routes::table() {
        components = components.schemas_from_iter(endpoint.schemas);
        paths = paths.path(
            endpoint.path,
            PathItem::new(endpoint.method, endpoint.operation),
        );
    }
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
