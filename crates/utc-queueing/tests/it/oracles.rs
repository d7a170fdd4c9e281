//! Reference values that were not computed with this crate.

use std::collections::BTreeMap;

use serde::Deserialize;
use utc_queueing::formulas::{
    ErlangA, Mm1, Mmc, erlang_b, erlang_c, ggc_wait_hours, mg1_wait_hours, p_rate_at_least,
    servers_needed,
};

/// Models in the file that have no formula here.
const LATER: [&str; 5] = [
    "ewma_irregular",
    "halfin_whitt",
    "holt_damped",
    "mm1k",
    "sqrt_staffing",
];

#[derive(Deserialize)]
struct File {
    oracles: Vec<Oracle>,
}

#[derive(Deserialize)]
struct Oracle {
    id: serde_json::Value,
    model: String,
    input: BTreeMap<String, serde_json::Value>,
    expect: BTreeMap<String, serde_json::Value>,
    rel_tol: f64,
}

impl Oracle {
    fn number(&self, name: &str) -> f64 {
        self.input[name].as_f64().unwrap()
    }

    fn servers(&self) -> u32 {
        u32::try_from(self.input["c"].as_u64().unwrap()).unwrap()
    }

    /// Compares every expected value with what `computed` knows under its name.
    fn compare(&self, computed: &[(&str, f64)]) {
        for (name, expected) in &self.expect {
            let expected = expected.as_f64().unwrap();
            let found = computed.iter().find(|(known, _)| known == name);
            let &(_, actual) =
                found.unwrap_or_else(|| panic!("oracle {}: no value `{name}`", self.id));
            let off = (actual - expected).abs();
            assert!(
                off <= self.rel_tol * expected.abs(),
                "oracle {}: {name} is {actual}, not {expected}",
                self.id
            );
        }
    }

    fn check_mm1(&self) {
        let queue = Mm1::new(self.number("lam"), self.number("mu")).unwrap();
        self.compare(&[
            ("p0", queue.p_empty()),
            ("L", queue.mean_in_system()),
            ("Lq", queue.mean_in_queue()),
            ("W", queue.mean_time_in_system_hours()),
            ("Wq", queue.mean_wait_hours()),
            ("Wq_p95", queue.wait_percentile_hours(0.95).unwrap()),
        ]);
    }

    fn check_mmc(&self) {
        let queue = Mmc::new(self.number("lam"), self.number("mu"), self.servers()).unwrap();
        self.compare(&[
            ("C", queue.p_wait()),
            ("L", queue.mean_in_system()),
            ("Lq", queue.mean_in_queue()),
            ("Wq", queue.mean_wait_hours()),
        ]);
    }

    fn check_servers_needed(&self) {
        let [lambda, mu, wait, rho] =
            ["lam", "mu", "max_wq", "max_rho"].map(|name| self.number(name));
        let queue = servers_needed(lambda, mu, wait, rho).unwrap();
        self.compare(&[
            ("n", f64::from(queue.servers())),
            ("Wq", queue.mean_wait_hours()),
        ]);
    }

    fn check_mg1(&self) {
        let (lambda, mu) = (self.number("lam"), self.number("es").recip());
        let wait = mg1_wait_hours(lambda, mu, self.number("scv")).unwrap();
        let time = wait + mu.recip();
        self.compare(&[("Wq", wait), ("W", time), ("L", lambda * time)]);
    }

    fn check_ggc(&self) {
        let mu = self.number("es").recip();
        let (load, servers) = if self.model == "kingman" {
            (self.number("rho"), 1)
        } else {
            (self.number("a"), self.servers())
        };
        let [arrivals, services] = ["ca2", "cs2"].map(|name| self.number(name));
        let wait = ggc_wait_hours(load * mu, mu, servers, arrivals, services).unwrap();
        self.compare(&[("Wq", wait)]);
    }

    fn check_gamma_poisson(&self) {
        let [shape, rate, hours, count] =
            ["shape0", "rate0", "hours", "n"].map(|name| self.number(name));
        let at_least = p_rate_at_least(shape + count, rate + hours, self.number("threshold"));
        self.compare(&[("p_rate_ge", at_least.unwrap())]);
    }

    fn check_erlang_a(&self) {
        let [lambda, mu, theta] = ["lam", "mu", "theta"].map(|name| self.number(name));
        let queue = ErlangA::new(lambda, mu, self.servers(), theta).unwrap();
        self.compare(&[("p_abandon", queue.p_abandon()), ("p_wait", queue.p_wait())]);
    }

    /// Whether the model has a formula here; then every value was compared.
    fn check(&self) -> bool {
        match self.model.as_str() {
            "mm1" => self.check_mm1(),
            "mmc" => self.check_mmc(),
            "mg1" => self.check_mg1(),
            "kingman" | "allen_cunneen" => self.check_ggc(),
            "gamma_poisson" => self.check_gamma_poisson(),
            "erlang_a" => self.check_erlang_a(),
            "erlang_b" => {
                self.compare(&[("B", erlang_b(self.servers(), self.number("a")).unwrap())]);
            }
            "erlang_c" => {
                self.compare(&[("C", erlang_c(self.servers(), self.number("a")).unwrap())]);
            }
            "servers_needed" => self.check_servers_needed(),
            later => {
                assert!(
                    LATER.contains(&later),
                    "oracle {}: model `{later}` is neither here nor left for later",
                    self.id
                );
                return false;
            }
        }
        true
    }
}

#[test]
fn reference_values_are_met() {
    let file: File = serde_json::from_str(include_str!("queueing-oracles.json")).unwrap();
    let checked = file.oracles.iter().filter(|oracle| oracle.check()).count();
    assert!(
        checked >= 41,
        "only {checked} of {} oracles were checked",
        file.oracles.len()
    );
}
