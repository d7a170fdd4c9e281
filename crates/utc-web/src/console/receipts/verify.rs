//! Verifying a receipt that somebody has, wherever it came from.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form};
use serde::{Deserialize, Serialize};
use utc_attestation::{Outcome, Verification};
use utoipa::ToSchema;

use crate::State;
use crate::console::Shell;
use crate::handlers::blocking;
use crate::problem::Problem;

/// The longest token that is looked at, in bytes.
const MAX_TOKEN: usize = 64 * 1024;

/// Every check.
#[derive(Serialize)]
pub(crate) struct ChecksView {
    valid: bool,
    checks: Vec<CheckRow>,
    /// The claims, where the signature holds.
    claims: Option<String>,
}

#[derive(Serialize)]
struct CheckRow {
    name: &'static str,
    outcome: &'static str,
    tone: &'static str,
    icon: &'static str,
    detail: String,
}

impl From<Verification> for ChecksView {
    fn from(verification: Verification) -> Self {
        let valid = verification.valid();
        let claims = verification.payload.as_ref();
        Self {
            valid,
            claims: claims.and_then(|claims| serde_json::to_string_pretty(claims).ok()),
            checks: verification
                .checks
                .into_iter()
                .map(|check| {
                    let (tone, icon) = match check.outcome {
                        Outcome::Ok => ("good", "check"),
                        Outcome::Failed => ("bad", "cross"),
                        Outcome::NotChecked => ("", "off"),
                    };
                    CheckRow {
                        name: check.name.as_str(),
                        outcome: check.outcome.as_str(),
                        tone,
                        icon,
                        detail: check.detail,
                    }
                })
                .collect(),
        }
    }
}

#[derive(Default, Serialize)]
struct VerifyView {
    receipt: String,
    checks: Option<ChecksView>,
}

/// The page to verify a receipt
#[utoipa::path(get, path = "/receipts/verify", tag = "Pages", responses((status = 200, description = "The form", content_type = "text/html")))]
pub(crate) async fn ask(shell: Shell) -> Result<HttpResponse, Problem> {
    shell.page("verify.html", &VerifyView::default())
}

/// A receipt to verify.
#[derive(Deserialize, ToSchema)]
pub(crate) struct VerifyForm {
    /// A compact JWS.
    #[serde(default)]
    receipt: String,
}

/// Verify a receipt by form
///
/// Nothing is changed. A token that makes no sense is not an error: it is not valid.
#[utoipa::path(post, path = "/receipts/verify", tag = "Pages", request_body(content = VerifyForm, content_type = "application/x-www-form-urlencoded"), responses((status = 200, description = "Every check", content_type = "text/html")))]
pub(crate) async fn check(
    state: Data<State>,
    shell: Shell,
    form: Form<VerifyForm>,
) -> Result<HttpResponse, Problem> {
    let receipt = form.into_inner().receipt.trim().to_owned();
    // One byte more than allowed is enough to see that it is too long.
    let bytes: Vec<u8> = receipt.bytes().take(MAX_TOKEN + 1).collect();
    let verification = blocking(&state, move |console| console.verify(&bytes)).await?;
    let checks = Some(ChecksView::from(verification));
    shell.page("verify.html", &VerifyView { receipt, checks })
}
