//! What a form did, told on the page that the browser is sent to afterwards.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utc_domain::ReceiptId;

/// The longest message, in characters: a cookie holds 4 KiB.
const LONGEST: usize = 600;

/// How long a message waits for the page that shows it, in seconds.
const SECONDS: i64 = 60;

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tone {
    Good,
    Warn,
}

/// A message that is shown once. It travels in a cookie, which only this server sets and no script reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flash {
    tone: Tone,
    text: String,
    receipt: Option<String>,
}

/// A message as the template sees it.
#[derive(Debug, Serialize)]
pub(crate) struct FlashView {
    tone: Tone,
    icon: &'static str,
    text: String,
    receipt: Option<String>,
}

impl Flash {
    /// Something was done.
    pub(crate) fn done(text: impl Into<String>) -> Self {
        Self::new(Tone::Good, &text.into())
    }

    /// Something was not done, or needs attention.
    pub(crate) fn warning(text: impl Into<String>) -> Self {
        Self::new(Tone::Warn, &text.into())
    }

    fn new(tone: Tone, text: &str) -> Self {
        Self {
            tone,
            text: text.chars().take(LONGEST).collect(),
            receipt: None,
        }
    }

    /// With the receipt that records it.
    pub(crate) fn receipt(self, id: ReceiptId) -> Self {
        Self {
            receipt: Some(id.to_string()),
            ..self
        }
    }

    /// The message that waits for this browser.
    pub(super) fn waiting(request: &HttpRequest, secure: bool) -> Option<Self> {
        let cookie = request.cookie(name(secure))?;
        let bytes = URL_SAFE_NO_PAD.decode(cookie.value()).ok()?;
        let flash: Self = serde_json::from_slice(&bytes).ok()?;
        // What is not a receipt's id makes no link.
        let known = |id: &String| id.parse::<ReceiptId>().is_ok();
        Some(Self {
            receipt: flash.receipt.filter(known),
            ..flash
        })
    }

    pub(super) fn cookie(&self, secure: bool) -> Cookie<'static> {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let mut cookie = cookie(secure, URL_SAFE_NO_PAD.encode(json));
        cookie.set_max_age(time::Duration::seconds(SECONDS));
        cookie
    }

    pub(super) fn no_cookie(secure: bool) -> Cookie<'static> {
        let mut cookie = cookie(secure, String::new());
        cookie.make_removal();
        cookie
    }

    pub(super) fn view(&self) -> FlashView {
        FlashView {
            tone: self.tone,
            icon: match self.tone {
                Tone::Good => "check",
                Tone::Warn => "warning",
            },
            text: self.text.clone(),
            receipt: self.receipt.clone(),
        }
    }
}

fn name(secure: bool) -> &'static str {
    if secure {
        "__Host-utc-flash"
    } else {
        "utc-flash"
    }
}

fn cookie(secure: bool, value: String) -> Cookie<'static> {
    Cookie::build(name(secure), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(secure)
        .finish()
}
