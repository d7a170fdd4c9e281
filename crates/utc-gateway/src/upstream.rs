//! Sending to upstreams.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue, InvalidHeaderName, InvalidHeaderValue};
use http::method::InvalidMethod;
use tokio::time::Instant;
use utc_app::Access;
use utc_app::gateway::Outgoing;
use utc_domain::UnitName;
use utc_outbound::{
    Body, Connection, Outbound, OutboundError, Request, Response, Target, TargetError,
};

use crate::breaker::{Breaker, Found, Pass};
use crate::port::Measure;

/// Units' upstreams: the client, and what is known of each.
pub struct Upstreams {
    client: Outbound,
    measure: Arc<dyn Measure>,
    known: Mutex<HashMap<UnitName, Known>>,
}

#[derive(Debug, Default)]
struct Known {
    breaker: Breaker,
    in_flight: usize,
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    #[error("the upstream did not answer several times; the next request is sent in {0:?}")]
    Suspended(Duration),
    #[error("the request cannot be sent")]
    Form(#[source] FormError),
    #[error(transparent)]
    Outbound(#[from] OutboundError),
}

/// Why parts of a request cannot be put together.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FormError {
    #[error("its method is none")]
    Method(#[from] InvalidMethod),
    #[error("the name of a header is none")]
    Name(#[from] InvalidHeaderName),
    #[error("the value of a header is none")]
    Value(#[from] InvalidHeaderValue),
    #[error("it has no target")]
    Target(#[from] TargetError),
}

impl SendError {
    /// Whether it is certain that none of the request went out.
    pub(crate) fn is_unsent(&self) -> bool {
        match self {
            Self::Suspended(_) | Self::Form(_) => true,
            Self::Outbound(error) => error.is_unsent(),
        }
    }
}

impl Upstreams {
    /// Upstreams that are reached through `client`.
    pub fn new(client: Outbound, measure: Arc<dyn Measure>) -> Self {
        Self {
            client,
            measure,
            known: Mutex::default(),
        }
    }

    /// Whether a request to the unit would be sent now.
    pub(crate) fn is_open(&self, unit: &UnitName) -> bool {
        let all = self.lock();
        // A copy: to look is not to pass.
        let mut breaker = all
            .get(unit)
            .map_or_else(Breaker::default, |known| known.breaker);
        breaker.enter(Instant::now()).is_ok()
    }

    /// Sends a request once.
    pub(crate) async fn send(
        &self,
        unit: &UnitName,
        access: Access,
        request: Request,
    ) -> Result<Response, SendError> {
        let mut flight = self.take_off(unit, access)?;
        self.measure.sent(unit, access, flight.count);
        let sent = self.client.send(request).await;
        flight.found = match &sent {
            Ok(_) | Err(OutboundError::Broken(_)) => Found::Answer,
            Err(error) if error.is_outage() => Found::Outage,
            Err(_) => Found::Nothing,
        };
        drop(flight);
        let answer = sent?;
        self.measure.served(unit, access, answer.waited());
        Ok(answer)
    }

    fn take_off(&self, unit: &UnitName, access: Access) -> Result<Flight<'_>, SendError> {
        let mut all = self.lock();
        let known = all.entry(unit.clone()).or_default();
        let pass = known
            .breaker
            .enter(Instant::now())
            .map_err(SendError::Suspended)?;
        known.in_flight += 1;
        Ok(Flight {
            upstreams: self,
            unit: unit.clone(),
            access,
            count: known.in_flight,
            pass,
            found: Found::Nothing,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UnitName, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Upstreams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstreams")
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

/// A request on its way. It ends when dropped, which also happens when its caller has gone.
struct Flight<'a> {
    upstreams: &'a Upstreams,
    unit: UnitName,
    access: Access,
    /// How many are on their way, this one included.
    count: usize,
    pass: Pass,
    found: Found,
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let left = self.land();
        let measure = &self.upstreams.measure;
        measure.ended(&self.unit, self.access, left);
    }
}

impl Flight<'_> {
    /// How many of the unit's are still on their way.
    fn land(&self) -> usize {
        let mut all = self.upstreams.lock();
        let Some(known) = all.get_mut(&self.unit) else {
            return 0;
        };
        known.in_flight = known.in_flight.saturating_sub(1);
        known.breaker.leave(self.pass, self.found, Instant::now());
        known.in_flight
    }
}

/// Puts a request together. `body` stands for the request's own where that is streamed.
pub(crate) fn request(
    outgoing: &Outgoing,
    extra: &[(HeaderName, HeaderValue)],
    body: Body,
    connection: Connection,
) -> Result<Request, SendError> {
    let form = || -> Result<Request, FormError> {
        let origin: Target = outgoing.origin.parse()?;
        Ok(Request {
            method: outgoing.method.parse()?,
            target: origin.with_path(&outgoing.path_and_query())?,
            headers: headers(outgoing, extra)?,
            body,
            connection,
        })
    };
    form().map_err(SendError::Form)
}

/// A header of `extra` is set where the request has none of that name.
fn headers(
    outgoing: &Outgoing,
    extra: &[(HeaderName, HeaderValue)],
) -> Result<HeaderMap, FormError> {
    let mut headers = HeaderMap::new();
    for (name, value) in &outgoing.headers {
        let name: HeaderName = name.parse()?;
        headers.append(name, HeaderValue::from_bytes(value)?);
    }
    for (name, value) in extra {
        headers.entry(name).or_insert_with(|| value.clone());
    }
    Ok(headers)
}
