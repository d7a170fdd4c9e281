//! What a browser remembers of how its person likes the pages: theme, keyboard shortcuts.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::ToSchema;

use super::shell::own_path;
use crate::State;
use crate::access::Access;
use crate::routes::Endpoint;

const THEME: &str = "utc-theme";
const SHORTCUTS: &str = "utc-shortcuts";
const YEAR: time::Duration = time::Duration::days(365);

pub(super) fn routes() -> Vec<Endpoint> {
    vec![Endpoint::new::<__path_set, _, _>(Access::Anyone, set)]
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system says.
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn read(text: &str) -> Self {
        match text {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Auto,
        }
    }
}

/// Whether single letters do something: who dictates, or whose hand is not steady, turns them off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shortcuts {
    On,
    Off,
}

impl Shortcuts {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }

    fn read(text: &str) -> Self {
        match text {
            "off" => Self::Off,
            _ => Self::On,
        }
    }
}

/// What a browser remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Preferences {
    pub(super) theme: Theme,
    pub(super) shortcuts: Shortcuts,
}

impl Preferences {
    pub(super) fn of(request: &HttpRequest) -> Self {
        let said = |name: &str| request.cookie(name).map(|cookie| cookie.value().to_owned());
        Self {
            theme: Theme::read(&said(THEME).unwrap_or_default()),
            shortcuts: Shortcuts::read(&said(SHORTCUTS).unwrap_or_default()),
        }
    }
}

/// A preference to remember.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PreferenceForm {
    /// `auto`, `light` or `dark`.
    theme: Option<String>,
    /// `on` or `off`.
    shortcuts: Option<String>,
    /// The page to go back to.
    #[serde(default)]
    back: String,
}

/// Remember how somebody likes the pages
///
/// In cookies of the browser; nothing is stored here.
#[utoipa::path(post, path = "/preferences", tag = "Pages", request_body(content = PreferenceForm, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "Remembered; back to the page"),
))]
pub(crate) async fn set(state: Data<State>, form: Form<PreferenceForm>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, own_path(&form.back).unwrap_or("/").to_owned()));
    if let Some(theme) = &form.theme {
        response.cookie(cookie(&state, THEME, Theme::read(theme).as_str()));
    }
    if let Some(shortcuts) = &form.shortcuts {
        let value = Shortcuts::read(shortcuts).as_str();
        response.cookie(cookie(&state, SHORTCUTS, value));
    }
    response.finish()
}

fn cookie(state: &State, name: &'static str, value: &'static str) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(state.secure_cookies)
        .max_age(YEAR)
        .finish()
}
