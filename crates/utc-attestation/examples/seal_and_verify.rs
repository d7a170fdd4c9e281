//! Seals a receipt, verifies it, changes one character, and verifies again.
//!
//! `cargo run -p utc-attestation --example seal_and_verify`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::sync::Arc;

use utc_attestation::{Engine, Expected, KeyRing, ReceiptSealer, Secret, sha256_hex, verify};
use utc_domain::{
    Code, Decision, Draft, Ground, GroundSet, LeafHash, Meta, Placement, PolicyRef,
    ProtectionLevel, ReceiptKind, Sealer,
};

fn main() -> Result<(), Box<dyn Error>> {
    let secret = Secret::new("an example's secret, at least 32 characters")?;
    let ring = Arc::new(KeyRing::new(secret, None, Vec::new())?);
    let engine = Engine {
        name: "utc-policy".to_owned(),
        version: "0.1.0".to_owned(),
    };
    let sealer = ReceiptSealer::new(Arc::clone(&ring), "utc".to_owned(), engine);

    let ts = "2026-01-31T12:00:00.000001Z".parse()?;
    let place = Placement {
        seq: 0,
        prev: LeafHash::ZERO,
        ts,
    };
    let receipt = sealer.seal(ring.active(), &draft()?, &place)?;
    println!("The receipt:\n{}\n", receipt.jws);

    report(receipt.jws.as_bytes(), &ring);
    let changed = receipt.jws.replacen(".eyJ", ".eyK", 1);
    println!("\nWith one character changed:");
    report(changed.as_bytes(), &ring);
    Ok(())
}

fn draft() -> Result<Draft, Box<dyn Error>> {
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
            rho: Some(0.97),
            protection_level: Some(ProtectionLevel::ReadOnly),
            ..Meta::default()
        },
        policy: PolicyRef {
            digest: sha256_hex("the policy set"),
            version: 1,
        },
    })
}

fn report(token: &[u8], ring: &KeyRing) {
    let verification = verify(
        token,
        ring,
        &Expected {
            issuer: "utc".to_owned(),
        },
    );
    for check in &verification.checks {
        println!(
            "{:<16} {:<12} {}",
            check.name.as_str(),
            check.outcome.as_str(),
            check.detail
        );
    }
    println!("valid: {}", verification.valid());
    if let Some(claims) = verification.claims {
        println!(
            "{} {} -> {:?}",
            claims.sub,
            claims.action.unwrap_or_default(),
            claims.decision
        );
    }
}
