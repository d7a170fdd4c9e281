//! Webhooks by form: made, tried out, switched, given another secret, deleted.

use crate::support::Site;
use crate::visitor::{HOSTILE, Visitor, check_harmless};

fn fields(url: &str) -> Vec<(&'static str, String)> {
    vec![
        ("name", "chat".to_owned()),
        ("url", url.to_owned()),
        ("format", "standard".to_owned()),
        ("events", "approval.requested".to_owned()),
        ("events", "level.changed".to_owned()),
        ("units", "payments-*".to_owned()),
    ]
}

fn texts<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    let pairs = fields.iter();
    pairs.map(|(name, value)| (*name, value.as_str())).collect()
}

/// Makes one, and gives the path of its page and what signs its notices.
async fn made(olga: &Visitor<'_>, url: &str) -> (String, String) {
    let answer = olga
        .post("/access/webhooks/new", &texts(&fields(url)))
        .await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let secret = answer.text.split("<code id=\"secret\">").nth(1).unwrap();
    let secret = secret.split('<').next().unwrap().to_owned();
    let back = answer
        .text
        .split("<a class=\"button\" href=\"")
        .nth(1)
        .unwrap();
    let back = back.split('"').next().unwrap().replace("&#x2F;", "/");
    (back, secret)
}

#[actix_web::test]
async fn a_webhook_is_made_and_what_signs_its_notices_is_shown_once() {
    let site = Site::new();
    let olga = Visitor::new(&site, "olga", "operator viewer").await;
    assert!(olga.page("/access").await.contains("Make a webhook"));
    let wrong = olga
        .post("/access/webhooks/new", &[("name", HOSTILE)])
        .await;
    assert_eq!(wrong.status, 400);
    check_harmless(&wrong.text);
    let (path, secret) = made(&olga, "http://127.0.0.1:9/hook").await;
    assert!(secret.starts_with("whsec_"), "{secret}");
    let page = olga.page(&path).await;
    assert!(!page.contains(&secret), "{page}");
    assert!(
        page.contains("payments-*") && page.contains("None yet."),
        "{page}"
    );
    let all = olga.page("/access").await;
    assert!(all.contains("2 of 13 kinds"), "{all}");
    // Nobody listens there, and the page says so.
    let tried = olga.post(&format!("{path}/test"), &[]).await;
    assert_eq!(tried.status, 200);
    assert!(
        tried.text.contains("The receiver did not take the test"),
        "{}",
        tried.text
    );
}

#[actix_web::test]
async fn a_webhook_is_changed_switched_renewed_and_deleted() {
    let site = Site::new();
    let olga = Visitor::new(&site, "olga", "operator viewer").await;
    let (path, secret) = made(&olga, "http://127.0.0.1:9/hook").await;
    let mut other = fields("http://127.0.0.1:9/other");
    other[0].1 = HOSTILE.to_owned();
    let changed = olga.done(&path, &texts(&other), &path).await;
    check_harmless(&changed);
    assert!(changed.contains("The webhook is changed."), "{changed}");
    other[1].1 = "ftp://127.0.0.1/".to_owned();
    let wrong = olga.post(&path, &texts(&other)).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text.contains("Nothing was changed"), "{}", wrong.text);
    let switch = format!("{path}/switch");
    let off = olga.done(&switch, &[("enabled", "off")], &path).await;
    assert!(off.contains("what waited for it was given up"), "{off}");
    let on = olga.done(&switch, &[("enabled", "on")], &path).await;
    assert!(on.contains("it gets notices from now on"), "{on}");
    let renewed = olga.post(&format!("{path}/secret"), &[]).await;
    assert!(
        renewed.text.contains("whsec_") && !renewed.text.contains(&secret),
        "{}",
        renewed.text
    );
    let delete = format!("{path}/delete");
    let question = olga.page(&delete).await;
    assert!(question.contains("gets no notice any more"), "{question}");
    let gone = olga.done(&delete, &[], "/access").await;
    assert!(gone.contains("The webhook is deleted."), "{gone}");
    assert_eq!(olga.get(&path).await.status, 404);
}

#[actix_web::test]
async fn notices_are_listed_and_sent_again() {
    let site = Site::new();
    let olga = Visitor::new(&site, "olga", "operator viewer").await;
    let (path, _) = made(&olga, "http://127.0.0.1:9/hook").await;
    let unit: utc_domain::UnitName = "payments-api".parse().unwrap();
    let report = utc_app::Report {
        arrival_rate: 95.0,
        service_rate: 100.0,
        at: None,
    };
    site.console.observe(&unit, vec![report]).wait().unwrap();
    let page = olga.page(&path).await;
    assert!(page.contains("level.changed</code></td>"), "{page}");
    assert!(!page.contains("Send again"), "it waits already: {page}");
    // Switching it off gives up what waits; on again it can be sent once more.
    let switch = format!("{path}/switch");
    olga.done(&switch, &[("enabled", "off")], &path).await;
    olga.done(&switch, &[("enabled", "on")], &path).await;
    let page = olga.page(&path).await;
    let form = page.split("redeliver").next().unwrap();
    let form = form
        .rsplit("action=\"")
        .next()
        .unwrap()
        .replace("&#x2F;", "/");
    let again = olga.done(&format!("{form}redeliver"), &[], &path).await;
    assert!(
        again.contains("The notice waits to be sent again."),
        "{again}"
    );
}

#[actix_web::test]
async fn only_operators_of_everything_find_webhooks() {
    let site = Site::new();
    let olga = Visitor::new(&site, "olga", "operator viewer").await;
    let (path, _) = made(&olga, "http://127.0.0.1:9/hook").await;
    let vic = Visitor::new(&site, "vic", "viewer").await;
    assert!(!vic.page("/access").await.contains("Webhooks"));
    for place in [path.as_str(), "/access/webhooks/new"] {
        assert_eq!(vic.get(place).await.status, 403);
        assert_eq!(vic.post(place, &[]).await.status, 403);
        assert_eq!(olga.forged(place).await, 403);
    }
    assert_eq!(olga.get("/access/webhooks/none").await.status, 404);
}
