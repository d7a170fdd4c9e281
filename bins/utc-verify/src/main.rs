//! Checks what the Unified Trust Console handed out, offline: no database, no network, no server.

mod anchors;
mod bundle;
mod consistency;
mod print;
mod receipt;
mod tiles;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgGroup, Parser};

/// Checks an evidence bundle; or one receipt with its proof; or that two checkpoints are of one log.
///
/// Exit codes: 0 valid, and anchored by something from outside; 1 something is wrong with the content;
/// 2 nothing readable, or wrong usage; 3 consistent, but neither --head nor --vkey came from outside, or what did
/// could not be compared.
#[derive(Parser)]
#[command(version)]
#[command(group(ArgGroup::new("what").required(true).args(["bundle", "receipt", "consistency"])))]
pub(crate) struct Arguments {
    /// The bundle.
    bundle: Option<PathBuf>,
    /// A receipt; needs --proof and --vkey.
    #[arg(long, value_name = "FILE", requires_all = ["proof", "vkey"])]
    receipt: Option<PathBuf>,
    /// Two checkpoints; needs --vkey, and --tiles or --proof.
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], requires = "vkey")]
    consistency: Option<Vec<PathBuf>>,
    /// The receipt's tlog-proof; or the consistency proof, a hash in base64 on each line.
    #[arg(long, value_name = "FILE", conflicts_with = "bundle")]
    proof: Option<PathBuf>,
    /// A checkpoint from outside, older or newer than the bundle's.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["receipt", "consistency"])]
    head: Option<PathBuf>,
    /// The log's verifier key from outside, or a file with it. May be given several times: a log whose key
    /// changed has several.
    #[arg(long, value_name = "KEY|FILE")]
    vkey: Vec<String>,
    /// A checkpoint that a former key signed when it handed over to the next. May be given several times.
    #[arg(long, value_name = "FILE", requires = "vkey", conflicts_with_all = ["receipt", "consistency"])]
    bridge: Vec<PathBuf>,
    /// Tiles of the log that are not in the bundle: a folder with `tile/…` in it, or another bundle.
    #[arg(long, value_name = "FOLDER|BUNDLE", conflicts_with = "receipt")]
    tiles: Option<PathBuf>,
    /// A secret of the receipts, to check their tags. May be given several times.
    #[arg(long, value_name = "FILE")]
    hmac_secret_file: Vec<PathBuf>,
    /// Print JSON for machines.
    #[arg(long)]
    json: bool,
}

/// What is not about the content.
const UNUSABLE: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let report = match (&arguments.receipt, arguments.consistency.as_deref()) {
        (Some(receipt), _) => receipt::run(&arguments, receipt),
        (None, Some([old, new])) => consistency::run(&arguments, old, new),
        (None, _) => bundle::run(&arguments),
    };
    match report {
        Ok(report) => {
            print::report(&report, arguments.json);
            ExitCode::from(report.status.exit_code())
        }
        Err(error) => {
            print::failure(&error, arguments.json);
            ExitCode::from(UNUSABLE)
        }
    }
}
