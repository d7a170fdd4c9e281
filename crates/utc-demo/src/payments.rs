//! A small payments service for the demo to stand in front of: a list in memory, on a free port of this machine.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde::{Deserialize, Serialize};

use crate::DemoError;

/// How many payments are kept; after that the oldest go.
const KEPT: usize = 1_000;

/// A payment to make.
#[derive(Debug, Deserialize)]
struct NewPayment {
    /// In cents, 1 to 100,000,000.
    amount: u64,
    /// To whom, 1 to 100 characters.
    to: String,
}

/// A payment that was made.
#[derive(Debug, Clone, Serialize)]
struct Payment {
    id: u64,
    amount: u64,
    to: String,
    /// What stands in `UTC-Approval`: the approval that this payment waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<String>,
    /// What stands in `Idempotency-Key`: a second request with the same one makes no second payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

#[derive(Default)]
struct Ledger {
    payments: Vec<Payment>,
    made: u64,
}

type Shared = Data<Mutex<Ledger>>;

/// The running service; dropping it ends it.
pub struct Payments {
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Payments {
    /// Starts the service on a free port of the loopback address.
    pub fn start() -> Result<Self, DemoError> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(DemoError::Payments)?;
        let address = listener.local_addr().map_err(DemoError::Payments)?;
        let ledger = Shared::default();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(ledger.clone())
                .route("/payments", web::get().to(list))
                .route("/payments", web::post().to(make))
                .route("/payments/{id}", web::get().to(one))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .map_err(DemoError::Payments)?
        .run();
        let handle = server.handle();
        let work = move || {
            if let Err(error) = actix_web::rt::System::new().block_on(server) {
                tracing::warn!(error = %error, "the sample payments service ended");
            }
        };
        let thread = std::thread::Builder::new()
            .name("utc-payments".to_owned())
            .spawn(work);
        Ok(Self {
            address,
            handle,
            thread: Some(thread.map_err(DemoError::Thread)?),
        })
    }

    /// Where it listens, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Payments {
    fn drop(&mut self) {
        // The answer would say that it has stopped; the end of its thread says the same.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has reported itself.
            let _ = thread.join();
        }
    }
}

async fn list(ledger: Shared) -> HttpResponse {
    let ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
    HttpResponse::Ok().json(&ledger.payments)
}

async fn one(ledger: Shared, id: Path<u64>) -> HttpResponse {
    let ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
    match ledger.payments.iter().find(|payment| payment.id == *id) {
        Some(payment) => HttpResponse::Ok().json(payment),
        None => HttpResponse::NotFound().json("there is no such payment"),
    }
}

async fn make(ledger: Shared, request: HttpRequest, new: Json<NewPayment>) -> HttpResponse {
    let NewPayment { amount, to } = new.into_inner();
    if !(1..=100_000_000).contains(&amount) || !(1..=100).contains(&to.chars().count()) {
        return HttpResponse::BadRequest().json("an amount of 1 to 100000000 cents, to somebody");
    }
    let mut ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
    let key = header(&request, "idempotency-key");
    let before = ledger
        .payments
        .iter()
        .find(|payment| key.is_some() && payment.key == key);
    if let Some(payment) = before {
        return HttpResponse::Ok().json(payment);
    }
    ledger.made += 1;
    let payment = Payment {
        id: ledger.made,
        amount,
        to,
        approval: header(&request, "utc-approval"),
        key,
    };
    if ledger.payments.len() == KEPT {
        ledger.payments.remove(0);
    }
    ledger.payments.push(payment.clone());
    HttpResponse::build(StatusCode::CREATED).json(payment)
}

fn header(request: &HttpRequest, name: &str) -> Option<String> {
    let value = request.headers().get(name)?;
    value.to_str().ok().map(str::to_owned)
}
