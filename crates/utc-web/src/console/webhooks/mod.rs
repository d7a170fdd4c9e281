//! Webhooks: who hears of what happens. Found on the page Access, below which their pages lie.

mod act;
mod form;
mod view;

use utc_domain::Role;

use crate::access::Access;
use crate::routes::Endpoint;

pub(super) use view::WebhookRow;

pub(super) fn routes() -> Vec<Endpoint> {
    const OPERATOR: Access = Access::Everywhere(Role::Operator);
    vec![
        // Before those with an id, which would take its path for theirs.
        Endpoint::new::<form::__path_new, _, _>(OPERATOR, form::new),
        Endpoint::new::<form::__path_create, _, _>(OPERATOR, form::create),
        Endpoint::new::<form::__path_show, _, _>(OPERATOR, form::show),
        Endpoint::new::<form::__path_change, _, _>(OPERATOR, form::change),
        Endpoint::new::<act::__path_renew, _, _>(OPERATOR, act::renew),
        Endpoint::new::<act::__path_switch, _, _>(OPERATOR, act::switch),
        Endpoint::new::<act::__path_test, _, _>(OPERATOR, act::test),
        Endpoint::new::<act::__path_ask, _, _>(OPERATOR, act::ask),
        Endpoint::new::<act::__path_delete, _, _>(OPERATOR, act::delete),
        Endpoint::new::<act::__path_redeliver, _, _>(OPERATOR, act::redeliver),
    ]
}
