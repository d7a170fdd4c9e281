//! The templates: in the binary; in development they can be read from a folder.

use std::path::{Path, PathBuf};

use serde::Serialize;
use tera::{Context, Tera};
use utc_app::AppError;

use super::shell::ShellView;
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
    "overview.html",
];

/// The templates.
pub struct Pages {
    embedded: Tera,
    folder: Option<PathBuf>,
}

impl Pages {
    /// Compiles the embedded templates. With `folder`, each page is read from there anew.
    pub fn new(folder: Option<PathBuf>) -> Result<Self, tera::Error> {
        let mut embedded = Tera::default();
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

fn reload(folder: &Path) -> Result<Tera, tera::Error> {
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
