//! What can become of an approval, each once.

use std::sync::Arc;
use std::time::Duration;

use utc_app::engine::UnknownUnits;
use utc_app::{ApprovalOptions, Request};
use utc_domain::{ApprovalId, Rule, VoteChoice};

use super::history::History;
use crate::approvals::stage::with;
use crate::support::{actor, ask, local, switch};

impl History {
    /// Whatever can become of a grant.
    pub(super) fn grants(&mut self) {
        let short = ApprovalOptions {
            grant_ttl: Duration::from_millis(1),
            ..ApprovalOptions::STANDARD
        };
        self.reopen(UnknownUnits::Allow, short);
        self.end_all();
        self.rule(true);
        let expired = self.approved("write:/expired");
        std::thread::sleep(Duration::from_millis(10));
        self.present(expired);
        self.reopen(UnknownUnits::Allow, ApprovalOptions::STANDARD);
        self.decided();
        self.taken_back();
    }

    /// What people decided, or have not yet.
    fn decided(&mut self) {
        let used = self.approved("write:/used");
        self.present(used.clone());
        self.present(used);
        let waiting = self.hold("write:/waiting");
        self.present(waiting.clone());
        let other = (waiting.0, ask("write:/another", "grants"));
        self.present(other);
        let rejected = self.hold("write:/rejected");
        self.decide(rejected.0, VoteChoice::Reject);
        self.present(rejected);
        let nobody = ApprovalId::new(uuid::Uuid::nil());
        self.present((nobody, ask("write:/nobody", "grants")));
        self.cancel(waiting.0);
        self.present(waiting);
    }

    /// What does not count any more, or is not needed.
    fn taken_back(&mut self) {
        let revoked = self.approved("write:/revoked");
        let all = Arc::new(local());
        self.console
            .revoke_approval(&all, revoked.0, None)
            .wait()
            .unwrap();
        self.present(revoked);
        let unneeded = self.approved("write:/unneeded");
        let void = self.approved("write:/void");
        self.rule(false);
        self.present(unneeded);
        self.console.void_approvals(actor()).wait().unwrap();
        self.rule(true);
        self.present(void);
    }

    fn rule(&self, enabled: bool) {
        let change = switch(Rule::WritesRequireApproval, enabled);
        self.console.set_rule(change).wait().unwrap();
    }

    fn end_all(&mut self) {
        self.console.void_approvals(actor()).wait().unwrap();
        self.asked.clear();
    }

    fn cancel(&self, id: ApprovalId) {
        let all = Arc::new(local());
        self.console.cancel_approval(&all, id, None).wait().unwrap();
    }

    fn hold(&mut self, action: &str) -> (ApprovalId, Request) {
        let request = ask(action, "grants");
        let answer = self.console.submit_as(&self.agents[0], request.clone());
        let answer = answer.wait().unwrap();
        self.decisions += 1;
        (answer.approval.unwrap().id, request)
    }

    fn approved(&mut self, action: &str) -> (ApprovalId, Request) {
        let held = self.hold(action);
        self.decide(held.0, VoteChoice::Approve);
        held
    }

    fn decide(&self, id: ApprovalId, choice: VoteChoice) {
        self.console
            .vote(&self.people[0], id, choice, None)
            .wait()
            .unwrap();
    }

    fn present(&mut self, (id, request): (ApprovalId, Request)) {
        let ticket = self.console.submit_as(&self.agents[0], with(id, request));
        ticket.wait().unwrap();
        self.decisions += 1;
    }
}
