//! The pages of approvals: what waits, deciding by form, and who is shown what.

use utc_domain::ApprovalStatus;

use crate::held::Stage;
use crate::support::Ask;
use crate::visitor::{HOSTILE, Visitor, check_harmless};

#[actix_web::test]
async fn an_approver_sees_what_is_sent_and_decides_by_form() {
    let stage = Stage::new();
    let id = stage.hold(b"<script>alert(1)</script>\xff");
    let ann = Visitor::new(&stage.site, "ann", "approver").await;
    let queue = ann.page("/approvals").await;
    for part in [
        "write:&#x2F;v1&#x2F;transfers",
        "agent-7",
        "λ votes/h",
        "<svg",
        "data-row",
        "data-key=\"a\"",
    ] {
        assert!(
            queue.contains(part) || queue.contains(&part.replace("&#x2F;", "/")),
            "{part}: {queue}"
        );
    }
    let path = format!("/approvals/{id}");
    let page = ann.page(&path).await;
    check_harmless(&page);
    for part in [
        "\\xff",
        "not shown: it may be a secret",
        "is what the approval binds",
        "dry=0",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("Bearer hidden"));
    let approve = format!("{path}/approve");
    assert_eq!(ann.forged(&approve).await, 403);
    let done = ann.done(&approve, &[("comment", HOSTILE)], &path).await;
    check_harmless(&done);
    assert!(
        done.contains("Approved. A held request is sent now"),
        "{done}"
    );
    let by = stage.site.console.token(&stage.agent).unwrap().unwrap();
    assert_eq!(
        stage.site.console.approval(&by, id).unwrap().status,
        ApprovalStatus::Approved
    );
    // Whoever comes too late is told so, and nothing happens.
    let late = ann.done(&format!("{path}/reject"), &[], &path).await;
    assert!(late.contains("Nothing was changed:"), "{late}");
}

#[actix_web::test]
async fn a_rejection_says_that_the_request_will_not_run() {
    let stage = Stage::new();
    let id = stage.hold(b"{}");
    let ann = Visitor::new(&stage.site, "ann", "approver").await;
    let (path, back) = (format!("/approvals/{id}/reject"), "/approvals?status=any");
    let page = ann.done(&path, &[("back", back)], "/approvals").await;
    assert!(
        page.contains("Rejected: the request will not run."),
        "{page}"
    );
    let everything = ann.page(back).await;
    assert!(everything.contains("rejected"), "{everything}");
    let elsewhere = ann.post(&path, &[("back", "//evil.example")]).await;
    assert_eq!(
        elsewhere.header("location"),
        Some(format!("/approvals/{id}").as_str())
    );
}

#[actix_web::test]
async fn each_role_sees_the_forms_that_it_may_use() {
    let stage = Stage::new();
    let id = stage.hold(b"{}");
    let path = format!("/approvals/{id}");
    let viewer = Visitor::new(&stage.site, "vic", "viewer").await;
    let page = viewer.page(&path).await;
    assert!(
        !page.contains("/approve\"") && page.contains("Only those who judge it"),
        "{page}"
    );
    assert_eq!(
        viewer.post(&format!("{path}/approve"), &[]).await.status,
        403
    );
    let admin = Visitor::new(&stage.site, "adam", "admin").await;
    let page = admin.page(&path).await;
    assert!(
        page.contains("/cancel\"") && !page.contains("/approve\""),
        "{page}"
    );
    let done = admin.done(&format!("{path}/cancel"), &[], &path).await;
    assert!(done.contains("The request was taken back"), "{done}");
    let stranger = stage
        .site
        .send(Ask::new("GET", &path).header("accept", "text/html"))
        .await;
    assert_eq!(stranger.status, 303);
    assert!(
        stranger
            .header("location")
            .unwrap()
            .starts_with("/login?next=")
    );
    let none = "/approvals/0190d9a0-0000-7000-8000-000000000000";
    assert_eq!(viewer.get(none).await.status, 404);
    assert_eq!(viewer.get("/approvals?status=wrong").await.status, 400);
}

#[actix_web::test]
async fn what_nobody_knows_is_settled_by_a_person() {
    let stage = Stage::new();
    let id = stage.hold(b"{}");
    stage.finish(id, None);
    let path = format!("/approvals/{id}");
    let ann = Visitor::new(&stage.site, "ann", "approver").await;
    let page = ann.page(&path).await;
    assert!(
        page.contains("Nobody knows whether it was carried out") && !page.contains("/settle\""),
        "{page}"
    );
    let olga = Visitor::new(&stage.site, "olga", "operator viewer").await;
    let page = olga.page(&path).await;
    assert!(page.contains("/settle\""), "{page}");
    let unsaid = olga.done(&format!("{path}/settle"), &[], &path).await;
    assert!(
        unsaid.contains("say whether the upstream carried it out"),
        "{unsaid}"
    );
    let fields = [("carried_out", "yes"), ("comment", "seen in the ledger")];
    let done = olga.done(&format!("{path}/settle"), &fields, &path).await;
    assert!(
        done.contains("Settled as carried out.")
            && done.contains("The held request was carried out"),
        "{done}"
    );
}

#[actix_web::test]
async fn an_empty_queue_says_what_would_fill_it() {
    let site = crate::support::Site::new();
    let ann = Visitor::new(&site, "ann", "approver").await;
    let page = ann.page("/approvals").await;
    assert!(
        page.contains("Nothing waits.") && page.contains("utc-admin approvals list"),
        "{page}"
    );
}
