//! The receipt of an export.

use std::io::{Seek, Write};

use utc_domain::{Code, Draft, Meta, ReceiptKind, Subject};
use utc_evidence::Exported;
use utc_storage::journal::Receipt;

use super::ExportRequest;
use crate::console::Console;
use crate::draft::change;
use crate::task::Plan;
use crate::units::stored;
use crate::{AppError, Ticket};

impl Console {
    /// Records what was handed out to whom, before it is handed out.
    pub(super) fn record_export<W: Write + Seek>(
        &self,
        by: &Subject,
        request: &ExportRequest,
        log_size: u64,
        exported: &Exported<'_, W>,
    ) -> Result<Ticket<Receipt>, AppError> {
        let digest = exported.manifest_digest().parse();
        let meta =
            Meta {
                filter: Some(request.recorded(log_size)?),
                manifest_digest: Some(digest.map_err(|error: utc_domain::DomainError| {
                    AppError::Internal(Box::new(error))
                })?),
                population: Some(exported.population()),
                ..Meta::default()
            };
        let reason = format!(
            "{by} exported {} of the log's {log_size} receipts as an evidence bundle.",
            exported.population()
        );
        let (by, unit) = (by.clone(), request.unit.clone());
        let written = self.control_with_receipts(move |tx| {
            let policy = stored::policy_in(tx)?;
            let code = Code::EvidenceExported;
            let draft = change(
                ReceiptKind::Export,
                code,
                by.clone(),
                reason.clone(),
                policy,
            );
            Ok(Plan {
                answer: (),
                drafts: vec![Draft {
                    unit: unit.clone(),
                    meta: meta.clone(),
                    ..draft
                }],
                publish: None,
            })
        });
        Ok(written.and_then(|((), receipts)| {
            let first = receipts.into_iter().next();
            first.ok_or_else(|| AppError::Internal("an export was recorded without receipt".into()))
        }))
    }
}
