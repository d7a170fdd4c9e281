//! Fuzzes `utc_tdx::fuzz::set_claims`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| utc_tdx::fuzz::set_claims(data));
