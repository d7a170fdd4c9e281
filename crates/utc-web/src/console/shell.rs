//! What surrounds a page: who looks, the navigation, what was just done, how the person likes it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, LOCATION};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;
use utc_app::{AppError, Topic};
use utc_domain::{ReceiptId, Role};

use super::assets::PATHS;
use super::confirm::Confirm;
use super::flash::{Flash, FlashView};
use super::preferences::Preferences;
use super::tab::Tab;
use crate::State;
use crate::access::{Caller, MaybeCaller};
use crate::problem::Problem;

/// The longest path that somebody is led back to, in bytes.
const LONGEST_PATH: usize = 1_000;

/// What surrounds a page. Handlers take it beside what they need, and render through it.
pub(crate) struct Shell {
    state: Data<State>,
    caller: Option<Caller>,
    preferences: Preferences,
    flash: Option<Flash>,
    path: String,
}

/// The same as the templates see it.
#[derive(Serialize)]
pub(super) struct ShellView {
    version: &'static str,
    style: &'static str,
    script: &'static str,
    icon: &'static str,
    demo: bool,
    who: Option<String>,
    /// Whether links to receipts lead somewhere: whoever only approves does not read them.
    reads: bool,
    csrf: Option<String>,
    tabs: Vec<TabView>,
    theme: &'static str,
    shortcuts: &'static str,
    flash: Option<FlashView>,
    path: String,
    stream: Option<&'static str>,
    topics: String,
}

#[derive(Serialize)]
struct TabView {
    title: &'static str,
    path: &'static str,
    current: bool,
}

impl Shell {
    /// Around the answer to a request; none where the application has no state.
    pub(super) fn of(request: &HttpRequest) -> Option<Self> {
        let state = request.app_data::<Data<State>>()?.clone();
        let path = request.uri().path_and_query();
        Some(Self {
            caller: MaybeCaller::of(request).0,
            preferences: Preferences::of(request),
            flash: Flash::waiting(request, state.secure_cookies),
            path: path.map_or_else(|| "/".to_owned(), ToString::to_string),
            state,
        })
    }

    /// The page.
    pub(crate) fn page(
        self,
        template: &str,
        view: &impl Serialize,
    ) -> Result<HttpResponse, Problem> {
        self.page_with(StatusCode::OK, template, view)
    }

    /// The page, under another status.
    pub(crate) fn page_with(
        self,
        status: StatusCode,
        template: &str,
        view: &impl Serialize,
    ) -> Result<HttpResponse, Problem> {
        let text = self.text(template, view)?;
        let mut response = HttpResponse::build(status);
        response.content_type(ContentType::html());
        if self.flash.is_some() {
            // It is shown once.
            response.cookie(Flash::no_cookie(self.state.secure_cookies));
        }
        Ok(response.body(text))
    }

    /// The question whether something should be done.
    pub(crate) fn confirm(self, question: &Confirm) -> Result<HttpResponse, Problem> {
        self.page("confirm.html", question)
    }

    /// On to another page, which tells what was done: reloading that page does nothing again.
    pub(crate) fn done(&self, place: &str, flash: &Flash) -> HttpResponse {
        HttpResponse::SeeOther()
            .insert_header((LOCATION, place))
            .cookie(flash.cookie(self.state.secure_cookies))
            .finish()
    }

    /// What a form came to: on to the page that it was about, which tells it.
    pub(crate) fn told(
        &self,
        place: &str,
        done: Result<ReceiptId, Problem>,
        text: &str,
    ) -> Result<HttpResponse, Problem> {
        match done {
            Ok(receipt) => Ok(self.done(place, &Flash::done(text).receipt(receipt))),
            Err(problem) => self.not_done(place, problem),
        }
    }

    /// Somebody was faster, or may not do this, or a field is wrong: the page shows how things stand, and why nothing was done.
    pub(crate) fn not_done(&self, place: &str, problem: Problem) -> Result<HttpResponse, Problem> {
        match problem.status() {
            StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN | StatusCode::CONFLICT => {
                let text = format!("Nothing was changed: {}", problem.detail());
                Ok(self.done(place, &Flash::warning(text)))
            }
            _ => Err(problem),
        }
    }

    pub(super) fn text(&self, template: &str, view: &impl Serialize) -> Result<String, Problem> {
        self.state.pages.render(template, &self.view(), view)
    }

    fn view(&self) -> ShellView {
        let caller = self.caller.as_ref();
        let session = caller.and_then(Caller::session);
        ShellView {
            version: env!("CARGO_PKG_VERSION"),
            style: &PATHS.style,
            script: &PATHS.script,
            icon: &PATHS.icon,
            demo: self.state.demo.is_some(),
            who: caller.map(|caller| caller.name().to_string()),
            reads: caller.is_some_and(|caller| caller.holds(Role::Viewer).is_ok()),
            csrf: session.map(|session| session.csrf.clone()),
            tabs: caller.map(|caller| self.tabs(caller)).unwrap_or_default(),
            theme: self.preferences.theme.as_str(),
            shortcuts: self.preferences.shortcuts.as_str(),
            flash: self.flash.as_ref().map(Flash::view),
            path: self.path.clone(),
            stream: caller.map(|_| "/api/v1/stream"),
            topics: Topic::ALL.map(Topic::as_str).join(" "),
        }
    }

    fn tabs(&self, caller: &Caller) -> Vec<TabView> {
        let path = self.path.split('?').next().unwrap_or_default();
        let here = Tab::of(path);
        let mine = Tab::ALL.into_iter().filter(|tab| tab.is_for(caller));
        mine.map(|tab| TabView {
            title: tab.title(),
            path: tab.path(),
            current: here == Some(tab),
        })
        .collect()
    }
}

impl FromRequest for Shell {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let missing = || AppError::Internal("a page without its state".into());
        ready(Self::of(request).ok_or_else(|| missing().into()))
    }
}

/// A path of this server that somebody said to be led to; none where it might lead elsewhere.
pub(crate) fn own_path(text: &str) -> Option<&str> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let own = text.starts_with('/') && !text.starts_with("//");
    (plain && own && text.len() <= LONGEST_PATH).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn nobody_is_led_to_another_site() {
        for fine in ["/", "/receipts?unit=a&subject=b", "/units/route:%2Fx"] {
            assert_eq!(own_path(fine), Some(fine));
        }
        let long = format!("/{}", "a".repeat(1_000));
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/",
            "javascript:x",
            "/a\r\nset-cookie: x",
            "/ä",
            &long,
        ] {
            assert_eq!(own_path(bad), None, "{bad:?}");
        }
    }
}
