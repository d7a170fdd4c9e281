//! Every row of the table.

use utc_domain::Role;

use super::Endpoint;
use crate::access::Access;
use crate::console;
use crate::handlers::{
    decisions, evidence, log, me, receipts, replay, rules, sessions, sign_in, stream, system,
    tokens, units, users, webhooks,
};

/// Every endpoint.
pub fn table() -> Vec<Endpoint> {
    let mut table = decisions_and_rules();
    table.extend(replays());
    table.extend(exports());
    table.extend(approvals());
    table.extend(governed_units());
    table.extend(signal_receivers());
    table.extend(trust_signals());
    table.extend(people_and_tokens());
    table.extend(notices());
    table.extend(transparency());
    table.extend(system_and_pages());
    table.extend(console::routes());
    table
}

fn decisions_and_rules() -> Vec<Endpoint> {
    const DECIDER: Access = Access::Role(Role::Decider);
    const VIEWER: Access = Access::Role(Role::Viewer);
    const OPERATOR: Access = Access::Role(Role::Operator);
    vec![
        Endpoint::new::<decisions::__path_decide, _, _>(DECIDER, decisions::decide),
        Endpoint::new::<decisions::__path_batch, _, _>(DECIDER, decisions::batch),
        Endpoint::new::<receipts::__path_list, _, _>(VIEWER, receipts::list),
        Endpoint::new::<receipts::__path_get, _, _>(VIEWER, receipts::get),
        Endpoint::new::<receipts::__path_erase_input, _, _>(OPERATOR, receipts::erase_input),
        Endpoint::new::<receipts::__path_verify, _, _>(VIEWER, receipts::verify),
        Endpoint::new::<rules::__path_list, _, _>(VIEWER, rules::list),
        Endpoint::new::<rules::__path_history, _, _>(VIEWER, rules::history),
        // Whoever may change a rule may ask what that would do.
        Endpoint::new::<replay::__path_simulate, _, _>(OPERATOR, replay::simulate),
        Endpoint::new::<rules::__path_put, _, _>(Access::Everywhere(Role::Operator), rules::put),
    ]
}

fn replays() -> Vec<Endpoint> {
    const AUDITOR: Access = Access::Role(Role::Auditor);
    vec![
        Endpoint::new::<replay::__path_start, _, _>(AUDITOR, replay::start),
        Endpoint::new::<replay::__path_get, _, _>(AUDITOR, replay::get),
        Endpoint::new::<replay::__path_cancel, _, _>(AUDITOR, replay::cancel),
    ]
}

fn exports() -> Vec<Endpoint> {
    // A bundle of one unit still shows how long the log is, and where what is not in it stands.
    const AUDITOR: Access = Access::Everywhere(Role::Auditor);
    vec![
        Endpoint::new::<evidence::__path_start, _, _>(AUDITOR, evidence::start),
        Endpoint::new::<evidence::__path_get, _, _>(AUDITOR, evidence::get),
        Endpoint::new::<evidence::__path_cancel, _, _>(AUDITOR, evidence::cancel),
        Endpoint::new::<evidence::__path_download, _, _>(AUDITOR, evidence::download),
    ]
}

fn approvals() -> Vec<Endpoint> {
    use crate::handlers::{approvals as calls, held};
    const APPROVER: Access = Access::Role(Role::Approver);
    const KNOWN: Access = Access::Known;
    vec![
        Endpoint::new::<calls::__path_list, _, _>(KNOWN, calls::list),
        // Before the calls with an id, which would take its path for theirs.
        Endpoint::new::<calls::__path_queue, _, _>(Access::Overseer, calls::queue),
        Endpoint::new::<calls::__path_get, _, _>(KNOWN, calls::get),
        Endpoint::new::<calls::__path_approve, _, _>(APPROVER, calls::approve),
        Endpoint::new::<calls::__path_reject, _, _>(APPROVER, calls::reject),
        Endpoint::new::<calls::__path_cancel, _, _>(KNOWN, calls::cancel),
        Endpoint::new::<calls::__path_revoke, _, _>(KNOWN, calls::revoke),
        Endpoint::new::<held::__path_result, _, _>(KNOWN, held::result),
        Endpoint::new::<held::__path_settle, _, _>(Access::Role(Role::Operator), held::settle),
    ]
}

fn governed_units() -> Vec<Endpoint> {
    const VIEWER: Access = Access::Role(Role::Viewer);
    const OPERATOR: Access = Access::Role(Role::Operator);
    vec![
        Endpoint::new::<units::__path_list, _, _>(VIEWER, units::list),
        Endpoint::new::<units::__path_get, _, _>(VIEWER, units::get),
        Endpoint::new::<units::__path_put, _, _>(OPERATOR, units::put),
        Endpoint::new::<units::__path_patch, _, _>(OPERATOR, units::patch),
        Endpoint::new::<units::__path_history, _, _>(VIEWER, units::history),
        Endpoint::new::<units::__path_scorecard, _, _>(VIEWER, units::scorecard),
        Endpoint::new::<units::__path_gate, _, _>(OPERATOR, units::gate),
        Endpoint::new::<units::__path_observe, _, _>(Access::Observer, units::observe),
        Endpoint::new::<units::marks::__path_pin, _, _>(OPERATOR, units::marks::pin),
        Endpoint::new::<units::marks::__path_unpin, _, _>(OPERATOR, units::marks::unpin),
        Endpoint::new::<units::marks::__path_mark_risky, _, _>(OPERATOR, units::marks::mark_risky),
        Endpoint::new::<units::marks::__path_clear_risky, _, _>(
            OPERATOR,
            units::marks::clear_risky,
        ),
    ]
}

fn signal_receivers() -> Vec<Endpoint> {
    use crate::handlers::signals::{receivers, stream};
    const SIGNAL: Access = Access::Role(Role::Signal);
    const SIGNED: Access = Access::Signed;
    vec![
        Endpoint::new::<receivers::__path_native, _, _>(SIGNAL, receivers::native),
        Endpoint::new::<receivers::__path_cloud_events, _, _>(SIGNED, receivers::cloud_events),
        Endpoint::new::<receivers::__path_webhook, _, _>(SIGNED, receivers::webhook),
        Endpoint::new::<receivers::__path_github, _, _>(SIGNED, receivers::github),
        Endpoint::new::<receivers::__path_alertmanager, _, _>(SIGNAL, receivers::alertmanager),
        Endpoint::new::<receivers::__path_falco, _, _>(SIGNAL, receivers::falco),
        Endpoint::new::<stream::__path_push, _, _>(SIGNED, stream::push),
    ]
}

fn trust_signals() -> Vec<Endpoint> {
    use crate::handlers::signals::{events, risk, runs, sources};
    const VIEWER: Access = Access::Role(Role::Viewer);
    const ALL_VIEWER: Access = Access::Everywhere(Role::Viewer);
    const OPERATOR: Access = Access::Everywhere(Role::Operator);
    const ADMIN: Access = Access::Everywhere(Role::Admin);
    vec![
        Endpoint::new::<events::__path_list, _, _>(VIEWER, events::list),
        Endpoint::new::<events::__path_get, _, _>(VIEWER, events::get),
        Endpoint::new::<events::__path_dismiss, _, _>(OPERATOR, events::dismiss),
        Endpoint::new::<events::__path_quarantine, _, _>(ALL_VIEWER, events::quarantine),
        Endpoint::new::<sources::__path_list, _, _>(ALL_VIEWER, sources::list),
        Endpoint::new::<sources::__path_get, _, _>(ALL_VIEWER, sources::get),
        Endpoint::new::<sources::__path_put, _, _>(ADMIN, sources::put),
        Endpoint::new::<sources::__path_verify, _, _>(OPERATOR, sources::verify),
        Endpoint::new::<runs::__path_list, _, _>(ALL_VIEWER, runs::list),
        Endpoint::new::<runs::__path_run, _, _>(OPERATOR, runs::run),
        Endpoint::new::<runs::__path_advance, _, _>(ADMIN, runs::advance),
        Endpoint::new::<risk::__path_get, _, _>(VIEWER, risk::get),
        Endpoint::new::<risk::__path_put_override, _, _>(
            Access::Role(Role::Admin),
            risk::put_override,
        ),
        Endpoint::new::<risk::__path_delete_override, _, _>(
            Access::Role(Role::Operator),
            risk::delete_override,
        ),
        Endpoint::new::<risk::__path_hand_back, _, _>(OPERATOR, risk::hand_back),
    ]
}

fn people_and_tokens() -> Vec<Endpoint> {
    const ADMIN: Access = Access::Everywhere(Role::Admin);
    vec![
        Endpoint::new::<me::__path_get, _, _>(Access::Known, me::get),
        Endpoint::new::<me::__path_change_password, _, _>(Access::Known, me::change_password),
        Endpoint::new::<sign_in::__path_begin, _, _>(Access::Anyone, sign_in::begin),
        Endpoint::new::<sign_in::__path_end, _, _>(Access::Known, sign_in::end),
        Endpoint::new::<sessions::__path_list, _, _>(Access::Known, sessions::list),
        Endpoint::new::<sessions::__path_revoke, _, _>(Access::Known, sessions::revoke),
        Endpoint::new::<users::__path_list, _, _>(ADMIN, users::list),
        Endpoint::new::<users::__path_create, _, _>(ADMIN, users::create),
        Endpoint::new::<users::__path_change, _, _>(ADMIN, users::change),
        Endpoint::new::<users::__path_set_password, _, _>(ADMIN, users::set_password),
        Endpoint::new::<tokens::__path_list, _, _>(ADMIN, tokens::list),
        Endpoint::new::<tokens::__path_create, _, _>(ADMIN, tokens::create),
        Endpoint::new::<tokens::__path_revoke, _, _>(ADMIN, tokens::revoke),
        Endpoint::new::<tokens::__path_resume, _, _>(ADMIN, tokens::resume),
    ]
}

fn notices() -> Vec<Endpoint> {
    const OPERATOR: Access = Access::Everywhere(Role::Operator);
    vec![
        Endpoint::new::<webhooks::__path_list, _, _>(OPERATOR, webhooks::list),
        Endpoint::new::<webhooks::__path_create, _, _>(OPERATOR, webhooks::create),
        Endpoint::new::<webhooks::__path_get, _, _>(OPERATOR, webhooks::get),
        Endpoint::new::<webhooks::__path_change, _, _>(OPERATOR, webhooks::change),
        Endpoint::new::<webhooks::__path_delete, _, _>(OPERATOR, webhooks::delete),
        Endpoint::new::<webhooks::__path_test, _, _>(OPERATOR, webhooks::test),
        Endpoint::new::<webhooks::__path_deliveries, _, _>(OPERATOR, webhooks::deliveries),
        Endpoint::new::<webhooks::__path_redeliver, _, _>(OPERATOR, webhooks::redeliver),
    ]
}

fn transparency() -> Vec<Endpoint> {
    const AUDITOR: Access = Access::Everywhere(Role::Auditor);
    vec![
        Endpoint::new::<log::__path_checkpoint, _, _>(Access::Log, log::checkpoint),
        // Before the tiles, whose path would take it for a level.
        Endpoint::new::<log::__path_entries, _, _>(AUDITOR, log::entries),
        Endpoint::new::<log::__path_tile, _, _>(Access::Log, log::tile),
        Endpoint::new::<log::__path_vkey, _, _>(Access::Log, log::vkey),
        Endpoint::new::<log::__path_jwks, _, _>(Access::Anyone, log::jwks),
        Endpoint::new::<log::__path_proof, _, _>(Access::Role(Role::Viewer), log::proof),
    ]
}

fn system_and_pages() -> Vec<Endpoint> {
    use Access::{Anyone, Everywhere, Probe};
    vec![
        Endpoint::new::<system::__path_health, _, _>(Probe, system::health),
        Endpoint::new::<system::__path_ready, _, _>(Anyone, system::ready),
        Endpoint::new::<system::__path_metrics, _, _>(Everywhere(Role::Viewer), system::metrics),
        Endpoint::new::<system::__path_description, _, _>(Anyone, system::description),
        Endpoint::new::<stream::__path_stream, _, _>(Access::Known, stream::stream),
    ]
}
