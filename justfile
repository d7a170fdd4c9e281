# Every recipe is one plain command.

# Everything that must hold.
test *options:
    tests/run {{options}}

# What runs on every submission.
ci:
    .ci/run

# Speed, beside the disk's sync time; `just bench --deep` adds a million receipts.
bench *options:
    tests/bench {{options}}

# The demo, with its own database.
demo:
    cargo run --release -- --demo

lint:
    cargo clippy --workspace --all-targets -- -D warnings

fmt:
    cargo fmt --all

docs:
    cargo doc --workspace --no-deps --open

deny:
    cargo deny --config .deny.toml check licenses bans sources

# The pictures of the README, anew.
screenshots:
    cargo build --release -p utc-server -p utc-admin -p utc-verify
    tests/browser/run tests/browser/screenshots.mjs
