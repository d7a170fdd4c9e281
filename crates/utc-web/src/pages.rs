//! Server-rendered pages. Templates and assets are in the binary; in development they can be read from a folder.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;
use sha2::{Digest, Sha256};
use tera::{Context, Tera};
use utc_app::AppError;
use utc_domain::Role;
use utoipa::openapi::OpenApi;

use crate::access::Caller;
use crate::problem::Problem;
use crate::{State, openapi, routes};

/// The style sheet.
pub(crate) const STYLE: &str = include_str!("../../../templates/assets/style.css");

const TEMPLATES: [(&str, &str); 5] = [
    ("base.html", include_str!("../../../templates/base.html")),
    ("start.html", include_str!("../../../templates/start.html")),
    ("docs.html", include_str!("../../../templates/docs.html")),
    ("login.html", include_str!("../../../templates/login.html")),
    ("setup.html", include_str!("../../../templates/setup.html")),
];

/// The path of the style sheet; it changes with the content, so that browsers may keep it for ever.
pub(crate) fn style_path() -> String {
    let digest = Sha256::digest(STYLE.as_bytes());
    let mut path = String::from("/assets/style-");
    for byte in digest.iter().take(6) {
        // Writing to a string cannot fail.
        let _ = write!(path, "{byte:02x}");
    }
    path + ".css"
}

/// A page.
#[derive(Debug, Clone)]
pub(crate) enum Page {
    Start,
    Docs,
    /// The form to sign in, with what was wrong the last time.
    Login(Option<String>),
    /// The form for the first person.
    Setup {
        token: String,
        error: Option<String>,
    },
}

impl Page {
    fn template(&self) -> &'static str {
        match self {
            Self::Start => "start.html",
            Self::Docs => "docs.html",
            Self::Login(_) => "login.html",
            Self::Setup { .. } => "setup.html",
        }
    }
}

/// The templates.
pub struct Pages {
    embedded: Tera,
    folder: Option<PathBuf>,
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

impl Pages {
    /// Compiles the embedded templates. With `folder`, each page is read from there anew.
    pub fn new(folder: Option<PathBuf>) -> Result<Self, tera::Error> {
        let mut embedded = Tera::default();
        embedded.add_raw_templates(TEMPLATES)?;
        Ok(Self { embedded, folder })
    }

    /// `caller` is whoever looks: strangers are shown nothing but what anybody may know.
    pub(crate) fn render(
        &self,
        page: Page,
        state: &State,
        caller: Option<&Caller>,
    ) -> Result<String, Problem> {
        let mut context = Context::new();
        context.insert("version", env!("CARGO_PKG_VERSION"));
        context.insert("style", &style_path());
        context.insert("demo", &state.demo.is_some());
        context.insert("who", &caller.map(|caller| caller.name().as_str()));
        let csrf = caller
            .and_then(Caller::session)
            .map(|session| &session.csrf);
        context.insert("csrf", &csrf);
        let name = page.template();
        match page {
            Page::Start => start(&mut context, state, caller),
            Page::Docs => context.insert("sections", &sections(&openapi::document())),
            Page::Login(error) => context.insert("error", &error),
            Page::Setup { token, error } => {
                context.insert("token", &token);
                context.insert("error", &error);
            }
        }
        let rendered = match &self.folder {
            Some(folder) => reload(folder).and_then(|tera| tera.render(name, &context)),
            None => self.embedded.render(name, &context),
        };
        rendered.map_err(|error| AppError::Internal(Box::new(error)).into())
    }
}

fn reload(folder: &std::path::Path) -> Result<Tera, tera::Error> {
    let mut tera = Tera::default();
    let read = |name: &str| {
        std::fs::read_to_string(folder.join(name))
            .map_err(|error| tera::Error::message(error.to_string()))
    };
    let texts = TEMPLATES
        .iter()
        .map(|(name, _)| Ok((*name, read(name)?)))
        .collect::<Result<Vec<_>, tera::Error>>()?;
    tera.add_raw_templates(texts)?;
    Ok(tera)
}

fn start(context: &mut Context, state: &State, caller: Option<&Caller>) {
    context.insert("address", &state.hosts.first());
    context.insert("nobody", &!state.console.has_identities());
    let sees = caller.is_some_and(|caller| caller.may_everywhere(Role::Viewer).is_ok());
    context.insert("sees", &sees);
    if sees {
        overview(context, state);
    }
}

/// What viewers of everything are shown.
fn overview(context: &mut Context, state: &State) {
    let policy = state.console.policy();
    let rules: Vec<(&str, &str, bool)> = utc_domain::Rule::ALL
        .into_iter()
        .map(|rule| (rule.as_str(), rule.description(), policy.is_on(rule)))
        .collect();
    context.insert("rules", &rules);
    context.insert("database", &state.console.options().location.to_string());
    context.insert("log_size", &state.console.journal().size());
    context.insert(
        "failure",
        &state.console.journal().health().failure().is_some(),
    );
}

/// The table of routes by tag, for readers.
fn sections(document: &OpenApi) -> Vec<(String, Vec<DocsRow>)> {
    let mut sections: Vec<(String, Vec<DocsRow>)> = Vec::new();
    for endpoint in routes::table() {
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
