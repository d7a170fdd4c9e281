//! Changing the key that signs checkpoints.

use utc_domain::Subject;
use utc_storage::rows::signers;

use super::settle::{Recorded, record};
use super::signer::{Seed, next_path};
use super::start::take_place;
use super::{LogFault, SignedHead};
use crate::AppError;
use crate::console::Console;

impl Console {
    /// Makes another key the one that signs checkpoints, recorded by a receipt, and puts it into the key's file. Servers
    /// beside this process read it from there. Returns the new verifier key and a head over the receipt that the old key
    /// still signed: whoever knows the old key only can follow. Blocks.
    pub fn rotate_log_key(&self, actor: &Subject) -> Result<(String, SignedHead), AppError> {
        let options = self.options();
        let file = options.log.key_path(&options.data_dir);
        let next_file = next_path(&file);
        let fault = |fault: LogFault| AppError::Internal(Box::new(fault));
        let active = self.store().read(signers::active)?;
        let active = active.ok_or_else(|| AppError::Internal("the log has no key".into()))?;
        let name = active.vkey.split('+').next().unwrap_or_default().to_owned();
        let next = Seed::open(&next_file, true)
            .and_then(|seed| seed.under(&name))
            .map_err(fault)?;
        let vkey = next.verifier_key().to_string();
        let reason = format!("{actor} made {vkey} the key that signs checkpoints of the log.");
        record(self, vkey.clone(), Recorded::key(actor.clone(), reason)).wait()?;
        let bridge = self.keeper().bridge(&active.vkey).map_err(fault)?;
        take_place(&next_file, &file).map_err(fault)?;
        Ok((vkey, bridge))
    }
}
