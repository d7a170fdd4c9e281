//! Who may call: the one place that stands in front of every handler.
//!
//! Each route of the table is wrapped in [`guard`] with its own [`Access`]. It finds out who calls, counts the call
//! against their limit, refuses what they may not do, and hands the rest on with a [`Caller`] inside.

mod address;
mod caller;
mod credentials;
mod csrf;
mod limits;
mod places;

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::{Data, Path};
use actix_web::{Error, HttpMessage as _, ResponseError as _};
use serde::Deserialize;
use utc_app::{AppError, Principal};
use utc_domain::{Role, Scope, UnitName};

use crate::State;
use crate::problem::Problem;

pub use address::Proxies;
pub(crate) use address::address_of;
pub(crate) use caller::{Caller, MaybeCaller};
pub(crate) use credentials::{Credential, cookie_name};
pub use limits::{Limits, Rates};
pub(crate) use places::StreamPlace;

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, and never limited: what watches whether the process runs.
    Probe,
    /// Anyone.
    Anyone,
    /// Anyone where the log is public, else whoever is known.
    Log,
    /// Whoever proves by a signature to be a source of trust signals; the handler finds that out.
    Signed,
    /// Whoever is known, in whatever role.
    Known,
    /// Whoever holds the role; where the path names a unit, on that unit.
    Role(Role),
    /// Whoever holds the role on every unit: what is about the installation as a whole.
    Everywhere(Role),
    /// Whoever may report load of the unit in the path.
    Observer,
    /// Whoever may look at what waits for people.
    Overseer,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Probe | Self::Anyone => f.write_str("anyone"),
            Self::Log => f.write_str("anyone, unless `UTC_LOG_PUBLIC` is off"),
            Self::Signed => f.write_str("a source, by its signature"),
            Self::Known => f.write_str("anybody with a token or a session"),
            Self::Role(role) => write!(f, "role `{role}`"),
            Self::Everywhere(role) => write!(f, "role `{role}` on every unit"),
            Self::Observer => f.write_str("role `operator`, or `signal` with units named"),
            Self::Overseer => f.write_str("role `viewer` or `approver`"),
        }
    }
}

/// Stands in front of one route.
pub(crate) async fn guard(
    access: Access,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    if access == Access::Probe {
        return next.call(request).await;
    }
    match admit(access, &mut request).await {
        Ok(()) => next.call(request).await,
        Err(problem) => Ok(request.into_response(problem.error_response())),
    }
}

/// Lets a request through, with who sends it inside, or says why not.
async fn admit(access: Access, request: &mut ServiceRequest) -> Result<(), Problem> {
    let state = request.app_data::<Data<State>>().cloned();
    let state = state.ok_or_else(|| AppError::Internal("a route without its state".into()))?;
    let found = credentials::find(&state, request.request()).await;
    let known = found.as_ref().ok().and_then(Option::as_ref);
    state
        .limits
        .count(known, address_of(&state.proxies, request.head()))?;
    let open = matches!(access, Access::Anyone | Access::Signed);
    if open || (access == Access::Log && state.log_public) {
        // Bad credentials are none here: whoever signs in again may still have an old cookie.
        if let Ok(Some(credential)) = found {
            request.extensions_mut().insert(credential);
        }
        return Ok(());
    }
    let credential = found?.ok_or(AppError::Unauthenticated)?;
    // Also where it is refused: the page that says so shows who is signed in.
    request.extensions_mut().insert(credential.clone());
    csrf::check(&state, &credential, request).await?;
    authorise(access, credential.principal())?;
    check_unit(&state, credential.principal(), request).await?;
    Ok(())
}

/// Whether somebody may call what has this guard, leaving out what the path names.
pub(crate) fn authorise(access: Access, principal: &Principal) -> Result<(), AppError> {
    match access {
        Access::Probe | Access::Anyone | Access::Log | Access::Signed | Access::Known => Ok(()),
        Access::Role(role) => principal.holds(role),
        Access::Everywhere(role) => principal.may_everywhere(role),
        Access::Observer => principal.may_observe(),
        Access::Overseer => principal.may_oversee(),
    }
}

#[derive(Deserialize)]
struct UnitInPath {
    unit: String,
}

/// A unit outside the caller's rights is not there for them. What is no unit's name at all, the handler refuses.
async fn check_unit(
    state: &State,
    principal: &Principal,
    request: &mut ServiceRequest,
) -> Result<(), AppError> {
    if *principal.units() == Scope::All || request.match_info().get("unit").is_none() {
        return Ok(());
    }
    let Ok(path) = request.extract::<Path<UnitInPath>>().await else {
        return Ok(());
    };
    let Ok(name) = path.unit.parse::<UnitName>() else {
        return Ok(());
    };
    if principal.sees(Some(state.console.resolve(&name).as_str())) {
        Ok(())
    } else {
        Err(AppError::NotFound {
            what: "unit",
            name: name.to_string(),
        })
    }
}
