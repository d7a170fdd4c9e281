//! Fuzzes `utc_tdx::fuzz::github`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| utc_tdx::fuzz::github(data));
