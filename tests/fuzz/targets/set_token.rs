//! Fuzzes `utc_tdx::fuzz::set_token`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| utc_tdx::fuzz::set_token(data));
