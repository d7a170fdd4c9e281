//! Measures how long sealing and verifying take.
//!
//! `cargo run --release -p utc-attestation --example speed`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use utc_attestation::{
    Engine, Expected, KeyRing, ReceiptSealer, Secret, canonical, sha256_hex, verify,
};
use utc_domain::{
    Code, Decision, Draft, GrantUse, Ground, GroundSet, LeafHash, Meta, Mode, Placement, PolicyRef,
    ProtectionLevel, ReceiptKind, Sealer, Timestamp,
};

const ROUNDS: u32 = 20_000;
const REPEATS: u32 = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let secret = Secret::new("an example's secret, at least 32 characters")?;
    let ring = Arc::new(KeyRing::new(secret, None, Vec::new())?);
    let engine = Engine {
        name: "utc-policy".to_owned(),
        version: "0.1.0".to_owned(),
    };
    let sealer = ReceiptSealer::new(Arc::clone(&ring), "utc".to_owned(), engine);
    let ts: Timestamp = "2026-01-31T12:00:00.000001Z".parse()?;
    let place = Placement {
        seq: 123_456,
        prev: LeafHash::new([7; 32]),
        ts,
    };
    let draft = draft(ts)?;
    let expected = Expected {
        issuer: "utc".to_owned(),
    };

    let receipt = sealer.seal(ring.active(), &draft, &place)?;
    let claims = verify(receipt.jws.as_bytes(), &ring, &expected)
        .claims
        .ok_or("must verify")?;
    println!("a receipt of {} bytes", receipt.jws.len());
    let jws = receipt.jws.as_bytes();
    measure("seal", || {
        sealer.seal(ring.active(), black_box(&draft), &place)
    });
    measure("verify", || verify(black_box(jws), &ring, &expected));
    measure("leaf hash", || sealer.leaf(black_box(&receipt.jws)));
    measure("claims by `canonical`", || canonical(black_box(&claims)));
    Ok(())
}

/// Prints the best mean of several repeats: the least disturbed by whatever else the machine does.
fn measure<T>(what: &str, mut work: impl FnMut() -> T) {
    let mut best = f64::INFINITY;
    for _ in 0..REPEATS {
        let start = Instant::now();
        (0..ROUNDS).for_each(|_| drop(black_box(work())));
        best = best.min(start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS));
    }
    println!("{what:<22} {best:6.2} µs");
}

fn draft(ts: Timestamp) -> Result<Draft, Box<dyn Error>> {
    Ok(Draft {
        id: "0192f0c1-2345-7abc-8def-0123456789ab".parse()?,
        kind: ReceiptKind::Decision,
        subject: "agent-42".parse()?,
        action: Some("write:/payments/17".parse()?),
        unit: Some("payments-api".parse()?),
        decision: Some(Decision::Deny),
        grounds: GroundSet::EMPTY.with(Ground::ProtectionReadOnly, true),
        reason: "The unit takes no writes while it is overloaded.".to_owned(),
        code: Code::ProtectionReadOnly,
        payload_hash: Some(sha256_hex(r#"{"amount":12}"#).parse()?),
        meta: Meta {
            lambda_est: Some(97.25),
            mu_est: Some(100.0),
            rho: Some(0.9725),
            change_point: Some(false),
            features_ts: Some(ts),
            protection_level: Some(ProtectionLevel::ReadOnly),
            pinned: Some(false),
            risk_score: Some(12.345_678),
            risky: Some(false),
            mode: Some(Mode::Enforce),
            grant: Some(GrantUse::None),
            approval_saturated: Some(false),
            context_hash: Some(sha256_hex("context")),
            credential: Some("token:0123456789abcdef".parse()?),
            ..Meta::default()
        },
        policy: PolicyRef {
            digest: sha256_hex("the policy set"),
            version: 1,
        },
    })
}
