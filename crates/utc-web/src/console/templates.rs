//! The templates: in the binary; in development they can be read from a folder.

use std::path::{Path, PathBuf};

use serde::Serialize;
use tera::{Context, Kwargs, Tera};
use utc_app::AppError;

use super::link::encoded;
use super::shell::ShellView;
use super::words::brief;
use crate::problem::Problem;

macro_rules! templates {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../../../templates/", $name)))),+]
    };
}

/// Name and text. What a page is made of comes first.
const TEMPLATES: &[(&str, &str)] = &templates![
    "components.html",
    "base.html",
    "problem.html",
    "reopen.html",
    "login.html",
    "setup.html",
    "docs.html",
    "confirm.html",
    "overview.html",
    "rules.html",
    "rule_change.html",
    "receipts.html",
    "receipt.html",
    "verify.html",
    "access.html",
    "password.html",
    "token_new.html",
    "secret.html",
    "person_new.html",
    "person.html",
    "webhook.html",
    "demo.html",
    "signals.html",
    "risk.html",
    "event.html",
    "source.html",
    "approvals.html",
    "approval.html",
    "units.html",
    "unit.html",
    "evidence.html",
    "export.html",
    "replay.html",
];

/// The templates.
pub struct Pages {
    embedded: Tera,
    folder: Option<PathBuf>,
}

impl Pages {
    /// Compiles the embedded templates. With `folder`, each page is read from there anew.
    pub fn new(folder: Option<PathBuf>) -> Result<Self, tera::Error> {
        let mut embedded = engine();
        embedded.add_raw_templates(TEMPLATES.to_vec())?;
        Ok(Self { embedded, folder })
    }

    /// The page: the template sees what surrounds it as `shell`, and its own view as `page`.
    pub(super) fn render(
        &self,
        template: &str,
        shell: &ShellView,
        page: &impl Serialize,
    ) -> Result<String, Problem> {
        let mut context = Context::new();
        context.insert("shell", shell);
        context.insert("page", page);
        let rendered = match &self.folder {
            Some(folder) => reload(folder).and_then(|tera| tera.render(template, &context)),
            None => self.embedded.render(template, &context),
        };
        rendered.map_err(|error| AppError::Internal(Box::new(error)).into())
    }
}

/// With what templates may use beyond the engine's own.
fn engine() -> Tera {
    let mut tera = Tera::default();
    // A name as one segment of a path: units may have slashes in theirs.
    tera.register_filter("segment", |name: &str, _: Kwargs, _: &tera::State| {
        encoded(name)
    });
    tera.register_filter("brief", |text: &str, _: Kwargs, _: &tera::State| {
        brief(text)
    });
    tera
}

fn reload(folder: &Path) -> Result<Tera, tera::Error> {
    let mut tera = engine();
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
