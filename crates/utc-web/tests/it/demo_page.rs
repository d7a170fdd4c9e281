//! The page “Runtime demo” where there is nothing to show, and who may open it.

use crate::support::Site;
use crate::visitor::Visitor;

#[actix_web::test]
async fn without_a_sample_service_the_page_says_how_to_start_one() {
    let site = Site::new();
    let olga = Visitor::new(&site, "olga", "operator viewer").await;
    let page = olga.page("/demo").await;
    assert!(
        page.contains("utc-server --demo") && !page.contains("/demo/send"),
        "{page}"
    );
    let fields = [("unit", "payments-api"), ("asked", "read")];
    let refused = olga.post("/demo/send", &fields).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    // Rules hold for everything: only a demo may switch them from here.
    let switch = [("rule", "writes_require_approval"), ("enabled", "on")];
    assert_eq!(olga.post("/demo/rules", &switch).await.status, 409);
    assert!(
        !site
            .console
            .policy()
            .is_on(utc_domain::Rule::WritesRequireApproval)
    );
    assert_eq!(olga.forged("/demo/send").await, 403);
    let vic = Visitor::new(&site, "vic", "viewer").await;
    assert_eq!(vic.get("/demo").await.status, 403);
}
