//! A long mixed history, made through the use cases.

use std::sync::Arc;
use std::time::Duration;

use utc_app::engine::{RatePrior, Settings, UnknownUnits};
use utc_app::{
    Answer, ApprovalOptions, Console, Options, PinRequest, Principal, Report, Request, RiskRequest,
};
use utc_domain::{ApprovalId, Clock as _, Mode, ProtectionLevel, Rule, UnitName, VoteChoice};

use crate::approvals::stage::{Database, token, with};
use crate::support::{actor, ask, local, switch};

/// Numbers that a seed decides (`SplitMix64`, Steele et al. 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// An installation to which much happens.
pub(super) struct History {
    pub(super) console: Console,
    database: Database,
    pub(super) agents: Vec<Arc<Principal>>,
    pub(super) people: Vec<Arc<Principal>>,
    random: Random,
    /// Approvals, with what they were asked for.
    pub(super) asked: Vec<(ApprovalId, Request)>,
    pub(super) decisions: usize,
}

/// Approvals that wait for long, and people who are thought to be quick.
const PATIENT: ApprovalOptions = ApprovalOptions {
    max_pending_per_subject: 2,
    ..ApprovalOptions::STANDARD
};

fn options(
    database: &Database,
    unknown_units: UnknownUnits,
    approvals: ApprovalOptions,
) -> Options {
    Options {
        unknown_units,
        approvals,
        // Levels fall as fast as they rise.
        queueing: Settings::new(0.9, 0.6, 0.9, 0.5, 0).unwrap(),
        ..database.options()
    }
}

impl History {
    pub(super) fn new(database: Database, seed: u64) -> Self {
        let console = Console::with(options(&database, UnknownUnits::Allow, PATIENT)).unwrap();
        let made = |name: &str, roles| token(&console, name, roles, None);
        let agents = ["one", "two", "three"].map(|name| made(name, "decider"));
        let people = ["ann", "bob", "carl"].map(|name| made(name, "approver"));
        let (agents, people) = (agents.to_vec(), people.to_vec());
        let mut history = Self {
            console,
            database,
            agents,
            people,
            random: Random(seed),
            asked: Vec::new(),
            decisions: 0,
        };
        for n in 0..6 {
            history.configure(n);
        }
        history
    }

    /// Goes on under other settings.
    pub(super) fn reopen(&mut self, unknown_units: UnknownUnits, approvals: ApprovalOptions) {
        self.console.close();
        let options = options(&self.database, unknown_units, approvals);
        self.console = Console::with(options).unwrap();
    }

    /// A whole history: about `decisions` of them, under every setting.
    pub(super) fn run(&mut self, decisions: usize, burst: usize) {
        let hasty = ApprovalOptions {
            ttl: Duration::from_mins(1),
            prior: RatePrior::new(0.4).unwrap(),
            ..PATIENT
        };
        let phases = [
            (UnknownUnits::Allow, PATIENT),
            (UnknownUnits::Approve, PATIENT),
            (UnknownUnits::Deny, hasty),
        ];
        let count = phases.len();
        for (n, (unknown, approvals)) in phases.into_iter().enumerate() {
            self.reopen(unknown, approvals);
            self.risky(burst);
            while self.decisions < decisions * (n + 1) / count {
                self.something(burst);
            }
        }
        self.grants();
    }

    /// One thing that happens, and what is asked after it.
    pub(super) fn something(&mut self, burst: usize) {
        let unit = self.unit();
        match self.random.below(9) {
            0 => self.toggle(),
            1 | 2 => self.observe(&unit),
            3 => self.pin(&unit),
            4 => self.mark(&unit),
            5 => {
                let n = self.random.below(6);
                self.configure(n);
            }
            _ => self.vote(),
        }
        self.burst(burst);
    }

    /// Many questions at once, so that they share transactions.
    fn burst(&mut self, count: usize) {
        let tickets: Vec<_> = (0..count)
            .map(|_| {
                let request = self.question();
                let agent = self.random.below(3);
                let agent = &self.agents[usize::try_from(agent).unwrap()];
                let ticket = self.console.submit_as(agent, request.clone());
                (request, ticket)
            })
            .collect();
        for (request, ticket) in tickets {
            let answer = ticket.wait().unwrap();
            self.note(request, &answer);
        }
    }

    fn note(&mut self, request: Request, answer: &Answer) {
        self.decisions += 1;
        if let Some(held) = &answer.approval {
            self.asked.push((held.id, request));
        }
    }

    fn question(&mut self) -> Request {
        if self.random.below(8) == 0
            && let Some((id, request)) = self.asked.last()
        {
            return with(*id, request.clone());
        }
        let verb = ["read", "write", "write", "delete"][self.pick(4)];
        let (target, subject) = (self.random.below(50), self.random.below(24));
        let unit = match self.random.below(10) {
            0 => format!("stranger-{}", self.random.below(20)),
            1 => format!("alias-{}", self.random.below(6)),
            _ => self.unit().to_string(),
        };
        let mut request = ask(&format!("{verb}:/{target}"), &unit);
        request.subject = format!("agent-{subject}").parse().unwrap();
        request
    }

    fn pick(&mut self, limit: u64) -> usize {
        usize::try_from(self.random.below(limit)).unwrap()
    }

    fn unit(&mut self) -> UnitName {
        format!("unit-{}", self.random.below(6)).parse().unwrap()
    }

    fn toggle(&mut self) {
        let rule = Rule::ALL[self.pick(2)];
        let enabled = self.random.below(2) == 0;
        self.console.set_rule(switch(rule, enabled)).wait().unwrap();
    }

    fn observe(&mut self, unit: &UnitName) {
        let arrival_rate = [10.0, 40.0, 70.0, 95.0, 200.0][self.pick(5)];
        let report = Report {
            arrival_rate,
            service_rate: 100.0,
            at: None,
        };
        self.console.observe(unit, vec![report]).wait().unwrap();
    }

    /// Pins a level, or removes the pin if there is one.
    fn pin(&mut self, unit: &UnitName) {
        if self.random.below(2) == 0 {
            // There may be none.
            drop(self.console.unpin(unit, actor()).wait());
            return;
        }
        let request = PinRequest {
            level: ProtectionLevel::ALL[self.pick(3)],
            reason: "a test".parse().unwrap(),
            expires_at: Some(utc_app::SystemClock.now().plus_minutes(60)),
        };
        self.console.pin(unit, local(), request).wait().unwrap();
    }

    /// Marks a unit, or removes the mark if there is one.
    fn mark(&mut self, unit: &UnitName) {
        if self.random.below(2) == 0 {
            // There may be none.
            drop(self.console.clear_risky(unit, actor()).wait());
        } else {
            self.mark_risky(unit);
        }
    }

    fn mark_risky(&self, unit: &UnitName) {
        let request = RiskRequest {
            reason: "a test".parse().unwrap(),
            expires_at: None,
        };
        let marked = self.console.mark_risky(unit, actor(), request);
        marked.wait().unwrap();
    }

    /// A risky unit while that matters.
    fn risky(&mut self, burst: usize) {
        self.mark_risky(&"unit-0".parse().unwrap());
        let rule = switch(Rule::ReadOnlyForRisky, true);
        self.console.set_rule(rule).wait().unwrap();
        self.burst(burst);
    }

    /// Mode, quorum and aliases of one unit.
    fn configure(&mut self, n: u64) {
        let observed = self.random.below(4) == 0;
        let quorum = 1 + u32::try_from(self.random.below(2)).unwrap();
        let alias: UnitName = format!("alias-{n}").parse().unwrap();
        let update = move |before: Option<&utc_app::UnitConfig>| {
            let mut config = before
                .cloned()
                .unwrap_or_else(utc_app::UnitConfig::unconfigured);
            config.mode = if observed {
                Mode::Observe
            } else {
                Mode::Enforce
            };
            config.approvals_required = quorum;
            config.aliases.insert(alias.clone());
            Ok(config)
        };
        let unit = format!("unit-{n}").parse().unwrap();
        self.console
            .configure_unit(unit, actor(), Box::new(update))
            .wait()
            .unwrap();
    }

    /// Everybody votes on what was asked last.
    fn vote(&mut self) {
        let from = self.asked.len().saturating_sub(12);
        for at in from..self.asked.len() {
            let id = self.asked[at].0;
            let choice = VoteChoice::ALL[self.pick(2)];
            for person in &self.people {
                // Some are decided already, or void.
                drop(self.console.vote(person, id, choice, None).wait());
            }
        }
    }
}
