//! Fuzzes `utc_tdx::fuzz::cloud_events`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| utc_tdx::fuzz::cloud_events(data));
