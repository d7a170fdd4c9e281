//! Exports over HTTP.

use serde_json::json;

use crate::support::{Ask, Site};

const EVIDENCE: &str = "/api/v1/evidence";

#[actix_web::test]
async fn an_export_ends_with_what_there_is_to_fetch_and_a_receipt() {
    let site = Site::new();
    let (token, _) = site.token("auditor", &[]);
    let view = site.ended(&token, EVIDENCE, &json!({})).await;
    assert_eq!(view["state"], "done", "{view}");
    assert_eq!(view["progress"]["stage"], "sealing");
    let result = &view["result"];
    assert_eq!(result["population"], result["log_size"]);
    for digest in ["sha256", "manifest_digest"] {
        assert!(result[digest].as_str().unwrap().starts_with("sha256:"));
    }
    let path = format!("/api/v1/receipts/{}", view["receipt_id"].as_str().unwrap());
    let receipt = site.send(Ask::new("GET", &path).token(&token)).await.json();
    assert_eq!(receipt["payload"]["kind"], "export");
    assert_eq!(receipt["payload"]["sub"], view["started_by"]);
    let path = result["download_url"].as_str().unwrap();
    let fetched = site.send(Ask::new("GET", path).token(&token)).await;
    assert_eq!(fetched.status, 200);
    assert_eq!(fetched.header("content-type"), Some("application/zip"));
    // One that has ended stays as it is.
    let cancel = path.replace("/download", "/cancel");
    let after = site.post(&token, &cancel, &json!({})).await.json();
    assert_eq!(after["state"], "done");
}

#[actix_web::test]
async fn what_is_wrong_with_a_request_is_named() {
    let site = Site::new();
    let (token, _) = site.token("auditor", &[]);
    let (from, to) = ("2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z");
    for (body, pointer) in [
        (json!({"from": "yesterday"}), "/from"),
        (json!({"to": "2026"}), "/to"),
        (json!({"unit": "No Name"}), "/unit"),
        (json!({"subject": ""}), "/subject"),
        (json!({"from": from, "to": to}), "/to"),
    ] {
        let answer = site.post(&token, EVIDENCE, &body).await;
        answer.check(400, "invalid_request");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{body}");
    }
    let extra = site.post(&token, EVIDENCE, &json!({"extra": 1})).await;
    extra.check(400, "invalid_request");
    for id in ["0192f0c1-2345-7abc-8def-0123456789ab", "nonsense"] {
        let path = format!("{EVIDENCE}/{id}");
        for (method, below) in [("GET", ""), ("GET", "/download"), ("POST", "/cancel")] {
            let path = format!("{path}{below}");
            let answer = site.send(Ask::new(method, &path).token(&token)).await;
            answer.check(404, "not_found");
        }
    }
}

#[actix_web::test]
async fn rights_on_some_units_are_not_enough() {
    let site = Site::new();
    let (some, _) = site.token("auditor", &["pay*"]);
    let (all, _) = site.token("admin", &[]);
    let of_payments = json!({"unit": "payments"});
    for body in [&json!({}), &of_payments] {
        let answer = site.post(&some, EVIDENCE, body).await;
        answer.check(403, "unit_not_allowed");
    }
    let view = site.ended(&all, EVIDENCE, &of_payments).await;
    assert_eq!(view["result"]["population"], 0);
    let path = format!("{EVIDENCE}/{}", view["id"].as_str().unwrap());
    for path in [path.clone(), format!("{path}/download")] {
        let answer = site.send(Ask::new("GET", &path).token(&some)).await;
        answer.check(403, "unit_not_allowed");
    }
}
