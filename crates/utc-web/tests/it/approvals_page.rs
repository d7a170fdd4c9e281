//! The pages of approvals: what waits, deciding by form, and who is shown what.

use utc_domain::{ApprovalStatus, ExecutionEvent};

use crate::held::Stage;
use crate::support::{Ask, actor};
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
        done.contains("Settled as carried out.") && done.contains("found that it was carried out."),
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

#[actix_web::test]
async fn whoever_may_not_vote_is_told_why_before_they_try() {
    let stage = Stage::new();
    let update = |_: Option<&utc_app::UnitConfig>| {
        Ok(utc_app::UnitConfig {
            upstream: Some(crate::held::ORIGIN.to_owned()),
            approvals_required: 2,
            ..utc_app::UnitConfig::unconfigured()
        })
    };
    let unit = "payments".parse().unwrap();
    let configured = stage
        .site
        .console
        .configure_unit(unit, actor(), Box::new(update));
    configured.wait().unwrap();
    let id = stage.hold(b"{}");
    let path = format!("/approvals/{id}");
    let ann = Visitor::new(&stage.site, "ann", "approver").await;
    let queue = ann.page("/approvals").await;
    assert!(queue.contains("Approve …"), "{queue}");
    let voted = ann.done(&format!("{path}/approve"), &[], &path).await;
    for part in [
        "1 of 2 people have approved",
        "You do not decide this one",
        "You have voted already",
        "It waits for other people.",
    ] {
        assert!(voted.contains(part), "{part}: {voted}");
    }
    assert!(!voted.contains("/approve\""), "{voted}");
    assert!(!ann.page("/approvals").await.contains("Approve …"));
    // A rule that somebody changed is one that they do not vote under for a day.
    let both = Visitor::new(&stage.site, "both", "approver operator viewer").await;
    let reason = [("reason", "a test")];
    both.done("/rules/read_only_for_risky/on", &reason, "/rules")
        .await;
    let held = both.page(&path).await;
    assert!(
        held.contains("You changed a rule, this unit or its quorum")
            && held.contains("Another approver of this unit decides."),
        "{held}"
    );
    let vic = Visitor::new(&stage.site, "vic", "viewer").await;
    let looks = vic.page(&path).await;
    assert!(
        looks.contains("Somebody with the role approver on this unit decides"),
        "{looks}"
    );
}

#[actix_web::test]
async fn receipts_are_links_for_those_who_read_them_only() {
    let stage = Stage::new();
    let id = stage.hold(b"{}");
    let path = format!("/approvals/{id}");
    let ann = Visitor::new(&stage.site, "ann", "approver").await;
    let done = ann.done(&format!("{path}/approve"), &[], &path).await;
    assert!(
        done.contains("Its receipt is") && !done.contains("href=\"/receipts"),
        "{done}"
    );
    let vic = Visitor::new(&stage.site, "vic", "viewer").await;
    assert!(vic.page(&path).await.contains("href=\"/receipts"));
}

#[actix_web::test]
async fn what_the_upstream_answered_is_told_and_an_error_is_no_success() {
    let stage = Stage::new();
    let id = stage.hold(b"{}");
    stage.finish(id, Some(b"made"));
    let vic = Visitor::new(&stage.site, "vic", "viewer").await;
    let page = vic.page(&format!("/approvals/{id}")).await;
    assert!(
        page.contains("note good") && page.contains("the upstream answered with 201"),
        "{page}"
    );
    let outcome = stage.site.console.held_outcome(id).unwrap().unwrap();
    let receipt = vic.page(&format!("/receipts/{}", outcome.receipt_id)).await;
    for part in [
        "The upstream answered</dt><dd>201",
        "Sent once: the upstream took it",
    ] {
        assert!(receipt.contains(part), "{part}: {receipt}");
    }
    assert!(!receipt.contains("Spoke against it"), "{receipt}");
    let failed = stage.hold(b"{\"again\":1}");
    stage.end(failed, ExecutionEvent::Failed, None);
    let page = vic.page(&format!("/approvals/{failed}")).await;
    assert!(
        page.contains("It did not reach the upstream, so nothing was carried out."),
        "{page}"
    );
    let refused = stage.hold(b"{\"again\":2}");
    stage.end(refused, ExecutionEvent::Done, Some(503));
    let page = vic.page(&format!("/approvals/{refused}")).await;
    assert!(
        page.contains("answered with 503") && !page.contains("note good"),
        "{page}"
    );
}
