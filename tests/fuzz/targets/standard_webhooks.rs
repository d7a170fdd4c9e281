//! Fuzzes `utc_tdx::fuzz::standard_webhooks`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| utc_tdx::fuzz::standard_webhooks(data));
