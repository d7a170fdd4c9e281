//! The receiver of security event tokens (RFC 8935).

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use utc_app::signals::{Incoming, NotTaken, StreamSource, Taken};
use utc_jwks::KeysError;
use utc_tdx::ssf::{KeySet, SetError};
use utc_tdx::{Adapter, Refusal, SourceName};

use super::deliver::{Refused, incoming, problem};
use crate::State;
use crate::handlers::blocking_with;
use crate::problem::Problem;
use crate::wire::signals::taken::SetRefused;

/// Push a security event token
///
/// As `OpenID` Shared Signals does (RFC 8935): one token, signed by a key of the source. An empty answer 202 says that it is on
/// disk; a token that comes again is answered like the first time.
#[utoipa::path(post, path = "/api/v1/tdx/ssf/{source}", tag = "Trust signals", params(("source" = String, Path, description = "The source's name, percent-encoded")), request_body(content = String, content_type = "application/secevent+jwt"), responses(
    (status = 202, description = "On disk"),
    (status = 400, description = "Not taken, and sending it again does not help", body = SetRefused),
    (status = 503, description = "The source's keys cannot be had, or the database cannot be written; send it again", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn push(
    state: Data<State>,
    source: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let adapter = Adapter::Ssf.as_str();
    let (incoming, taken) = match incoming(&state, &request, payload).await {
        Err((incoming, refused)) => (incoming, Err(refused)),
        Ok(incoming) => {
            let taken = receive(&state, &source, &incoming).await;
            (incoming, taken)
        }
    };
    let refused = match taken {
        Ok(taken) => {
            state.metrics.signals_taken(adapter, &taken);
            return Ok(HttpResponse::Accepted().finish());
        }
        Err(refused) => refused,
    };
    let note = Refused {
        adapter,
        source: Some(&source),
        incoming: &incoming,
    };
    note.note(&state, &refused).await;
    // Strangers are not told which sources there are: one that is none answers as one whose keys did not make the token.
    let refused = match refused {
        NotTaken::NoSource(_) => state.console.refuse_set(&incoming).into(),
        other => other,
    };
    match refused.set_error() {
        Some(SetError::InvalidKey) => Ok(told(SetError::InvalidKey, OTHER_KEY)),
        Some(error) => Ok(told(error, &refused.to_string())),
        None => Err(problem(refused)),
    }
}

/// What is wrong with a key stands in the quarantine.
const OTHER_KEY: &str = "no key of this source made the signature";

fn told(error: SetError, description: &str) -> HttpResponse {
    HttpResponse::BadRequest().json(SetRefused {
        err: error.as_str(),
        description: description.to_owned(),
    })
}

async fn receive(
    state: &Data<State>,
    source: &str,
    incoming: &Incoming,
) -> Result<Taken, NotTaken> {
    let name: Result<SourceName, _> = source.parse();
    let name = name.map_err(|_| NotTaken::NoSource(source.escape_default().to_string()))?;
    let source = blocking_with(state, move |console| console.stream_source(&name)).await?;
    let keys = state
        .jwks
        .keys(&source.jwks)
        .await
        .map_err(|error| no_keys(&error))?;
    match verify(state, &source, KeySet::clone(&keys), incoming).await {
        // It may be signed with a key that is new.
        Err(NotTaken::Refused(Refusal::Set {
            error: SetError::InvalidKey,
            ..
        })) => {
            let keys = state
                .jwks
                .newer(&source.jwks)
                .await
                .map_err(|error| no_keys(&error))?;
            verify(state, &source, KeySet::clone(&keys), incoming).await
        }
        other => other,
    }
}

async fn verify(
    state: &Data<State>,
    source: &StreamSource,
    keys: KeySet,
    incoming: &Incoming,
) -> Result<Taken, NotTaken> {
    let (source, incoming) = (source.clone(), incoming.clone());
    let ticket = blocking_with(state, move |console| {
        console.receive_set(&source, keys, &incoming)
    });
    ticket.await?.await?
}

/// Where the keys are is the operator's business, not the sender's.
fn no_keys(error: &KeysError) -> NotTaken {
    tracing::warn!(error = %error.chain(), "the keys of a source cannot be had");
    NotTaken::Keys(error.to_string())
}
