//! From a request to whoever sends it.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::{self, Data};
use utc_app::{AppError, Principal, SignedIn};

use crate::State;
use crate::problem::Problem;

/// How somebody has made themselves known.
#[derive(Debug, Clone)]
pub(crate) enum Credential {
    /// With a token.
    Token(Arc<Principal>),
    /// With a session's cookie, which a browser sends by itself.
    Session(SignedIn),
}

impl Credential {
    pub(crate) fn shared(&self) -> &Arc<Principal> {
        match self {
            Self::Token(principal) => principal,
            Self::Session(signed_in) => &signed_in.principal,
        }
    }

    pub(crate) fn principal(&self) -> &Principal {
        self.shared()
    }

    pub(crate) fn session(&self) -> Option<&SignedIn> {
        match self {
            Self::Token(_) => None,
            Self::Session(signed_in) => Some(signed_in),
        }
    }
}

/// The cookie's name. With `__Host-` a browser takes it over an encrypted connection only, for this host alone.
pub(crate) fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-utc" } else { "utc" }
}

/// Who sends the request; none when it says nothing of that. A token wins over a cookie: it was sent on purpose.
pub(super) async fn find(
    state: &Data<State>,
    request: &HttpRequest,
) -> Result<Option<Credential>, Problem> {
    let mut headers = request.headers().get_all(AUTHORIZATION);
    if let Some(header) = headers.next() {
        let text = header.to_str().ok().filter(|_| headers.next().is_none());
        let token = text.and_then(bearer).ok_or(AppError::Unauthenticated)?;
        return by_token(state, token).await.map(Some);
    }
    let Some(cookie) = request.cookie(cookie_name(state.secure_cookies)) else {
        return Ok(None);
    };
    let text = cookie.value().to_owned();
    let signed_in = blocking(state, move |console| console.session(&text)).await?;
    Ok(Some(Credential::Session(signed_in)))
}

/// The token in `Bearer <token>` (RFC 6750); the scheme's name has no case.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn by_token(state: &Data<State>, text: &str) -> Result<Credential, Problem> {
    if let Some(principal) = state.console.token(text)? {
        return Ok(Credential::Token(principal));
    }
    let text = text.to_owned();
    let principal = blocking(state, move |console| console.look_up_token(&text)).await?;
    Ok(Credential::Token(principal))
}

async fn blocking<T: Send + 'static>(
    state: &Data<State>,
    work: impl FnOnce(&utc_app::Console) -> Result<T, AppError> + Send + 'static,
) -> Result<T, Problem> {
    let console = Arc::clone(&state.console);
    let done = web::block(move || work(&console)).await;
    let done = done.map_err(|error| AppError::Internal(Box::new(error)))?;
    done.map_err(Into::into)
}
