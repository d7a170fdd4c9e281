//! The sample payments service, as the gateway calls it.

use utc_demo::Payments;
use utc_test_support::Client;

use serde_json::json;

#[test]
fn a_payment_is_made_once_for_each_key_and_can_be_read() {
    let service = Payments::start().unwrap();
    let client = Client::new(service.url());
    assert_eq!(client.get("/payments").json(), json!([]));
    let body = json!({"amount": 1_999, "to": "alice"});
    let made = client.post("/payments", &body);
    assert_eq!(made.status, 201);
    assert_eq!(made.json()["id"], 1);
    assert_eq!(client.get("/payments/1").json()["amount"], 1_999);
    assert_eq!(client.get("/payments/2").status, 404);
    for status in [201, 200] {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", "k-1"),
            ("utc-approval", "a-1"),
        ];
        let text = body.to_string();
        let again = client.send("POST", "/payments", &headers, Some(text.as_bytes()));
        let again = again.unwrap();
        assert_eq!((again.status, &again.json()["id"]), (status, &json!(2)));
        assert_eq!(again.json()["approval"], "a-1");
    }
    assert_eq!(client.get("/payments").json().as_array().unwrap().len(), 2);
}

#[test]
fn nonsense_is_no_payment() {
    let service = Payments::start().unwrap();
    let client = Client::new(service.url());
    for body in [
        json!({}),
        json!({"amount": 0, "to": "alice"}),
        json!({"amount": -1, "to": "alice"}),
        json!({"amount": 5, "to": ""}),
        json!({"amount": 5}),
    ] {
        assert_eq!(client.post("/payments", &body).status, 400, "{body}");
    }
    assert_eq!(client.get("/payments").json(), json!([]));
}
