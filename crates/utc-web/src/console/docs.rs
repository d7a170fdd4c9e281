//! The description of the API for readers: the table of routes by tag.

use serde::Serialize;
use utoipa::openapi::OpenApi;

use crate::{openapi, routes};

/// Everything, by tag.
#[derive(Serialize)]
pub(super) struct DocsView {
    sections: Vec<(String, Vec<DocsRow>)>,
}

impl DocsView {
    pub(super) fn new() -> Self {
        Self {
            sections: sections(&openapi::document()),
        }
    }
}

#[derive(Serialize)]
struct DocsRow {
    method: &'static str,
    path: String,
    summary: String,
    description: String,
    access: String,
    body: Option<String>,
    answers: Vec<(String, String)>,
}

/// The table of routes by tag, for readers.
fn sections(document: &OpenApi) -> Vec<(String, Vec<DocsRow>)> {
    let mut sections: Vec<(String, Vec<DocsRow>)> = Vec::new();
    // Pages and their forms are for people, who see them.
    let of_the_api = routes::table()
        .into_iter()
        .filter(|endpoint| !endpoint.is_page());
    for endpoint in of_the_api {
        let operation = endpoint.operation;
        let tag = operation
            .tags
            .unwrap_or_default()
            .into_iter()
            .next()
            .unwrap_or_default();
        let body = operation.request_body.map(|body| match body {
            utoipa::openapi::RefOr::T(body) => schema_text(document, &body.content),
            utoipa::openapi::RefOr::Ref(reference) => reference.ref_location,
        });
        let answers = operation
            .responses
            .responses
            .iter()
            .map(|(status, response)| {
                let text = match response {
                    utoipa::openapi::RefOr::T(response) => response.description.clone(),
                    utoipa::openapi::RefOr::Ref(reference) => reference.ref_location.clone(),
                };
                (status.clone(), text)
            });
        let row = DocsRow {
            method: routes::name(&endpoint.method),
            path: endpoint.path,
            summary: operation.summary.unwrap_or_default(),
            description: operation.description.unwrap_or_default(),
            access: endpoint.access.to_string(),
            body,
            answers: answers.collect(),
        };
        match sections.iter_mut().find(|(name, _)| *name == tag) {
            Some((_, rows)) => rows.push(row),
            None => sections.push((tag, vec![row])),
        }
    }
    sections
}

/// The schema of a body as JSON text, with references to components followed once.
fn schema_text(document: &OpenApi, content: &impl Serialize) -> String {
    let mut value = serde_json::to_value(content).unwrap_or_default();
    let name = value
        .pointer("/application~1json/schema/$ref")
        .and_then(serde_json::Value::as_str)
        .map(str::to_owned);
    if let Some(name) = name.and_then(|path| path.rsplit('/').next().map(str::to_owned)) {
        let schema = document
            .components
            .as_ref()
            .and_then(|components| components.schemas.get(&name));
        value = serde_json::to_value(schema).unwrap_or_default();
    }
    serde_json::to_string_pretty(&value).unwrap_or_default()
}
