//! Fuzzes `utc_tdx::fuzz::native`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| utc_tdx::fuzz::native(data));
