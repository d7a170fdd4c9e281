//! Rotates the data key: what was sealed and hashed before stays good, and moves to the new key.
//!
//! `cargo run -p utc-vault --example rotate_the_key`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use utc_vault::{Aad, ApiToken, DataKey, DataKeys, Match, SealPurpose, Sealed, open, reseal, seal};

// Fixed bytes, so that the example prints the same each time. A program takes them from the
// operating system's random generator.
const FIRST_KEY: [u8; 32] = [1; 32];
const NEXT_KEY: [u8; 32] = [2; 32];

fn main() -> Result<(), Box<dyn Error>> {
    let keys = DataKeys::new(DataKey::new(&FIRST_KEY)?, Vec::new())?;
    println!("Active data key: {}", keys.active().id());

    let row = Aad::of("source", "monitoring");
    let secret = b"the source's own secret";
    let column = seal(&keys, SealPurpose::SourceSecret, &row, secret, [3; 24])?.to_bytes();
    let token = ApiToken::new([4; 8], &[5; 32]);
    let stored = token.hash(&keys);
    println!("Sealed: {} bytes. Stored hash: {stored}", column.len());

    let keys = keys.rotated(DataKey::new(&NEXT_KEY)?)?;
    println!("\nAfter the rotation the key file has two keys, the new one first.");
    let keys = DataKeys::parse(&keys.render())?;

    let moved = move_on(&keys, &row, &Sealed::from_bytes(&column)?)?;
    println!("The sealed value moved to {}.", moved.key_id());
    if token.matches(&keys, &stored) == Match::Outdated {
        println!(
            "The token still matches; its new hash: {}",
            token.hash(&keys)
        );
    }
    let opened = open(&keys, SealPurpose::SourceSecret, &row, &moved)?;
    println!("It still reads: {}", String::from_utf8_lossy(&opened));
    Ok(())
}

fn move_on(keys: &DataKeys, row: &Aad, sealed: &Sealed) -> Result<Sealed, Box<dyn Error>> {
    let moved = reseal(keys, SealPurpose::SourceSecret, row, sealed, [6; 24])?;
    Ok(moved.unwrap_or_else(|| sealed.clone()))
}
