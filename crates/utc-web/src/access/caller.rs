//! Who calls, for handlers.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use utc_app::{AppError, By, Principal, SignedIn};

use super::Credential;
use crate::problem::Problem;

/// Whoever was let through to this handler.
#[derive(Clone)]
pub(crate) struct Caller(Credential);

impl Caller {
    /// To share with what goes on after the handler.
    pub(crate) fn shared(&self) -> Arc<Principal> {
        Arc::clone(self.0.shared())
    }

    /// The session, where a person calls from a browser.
    pub(crate) fn session(&self) -> Option<&SignedIn> {
        self.0.session()
    }
}

/// On the authority of the token, or of the session with its person, that came with the request.
impl From<&Caller> for By {
    fn from(caller: &Caller) -> Self {
        match &caller.0 {
            Credential::Token(principal) => principal.into(),
            Credential::Session(signed_in) => signed_in.into(),
        }
    }
}

impl Deref for Caller {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        self.0.principal()
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = request.extensions().get::<Credential>().cloned();
        // Without it the route's row in the table does not say that somebody must be known.
        let missing = || AppError::Internal("a handler that needs to know who calls".into());
        ready(found.map(Self).ok_or_else(|| missing().into()))
    }
}

/// Whoever calls, where anyone may.
pub(crate) struct MaybeCaller(pub(crate) Option<Caller>);

impl MaybeCaller {
    /// Whoever sent a request that has been through its guard.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let found = request.extensions().get::<Credential>().cloned();
        Self(found.map(Caller))
    }
}

impl FromRequest for MaybeCaller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}
