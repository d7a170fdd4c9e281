//! The gateway's ports on the use cases of [`Console`].

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use utc_app::gateway::{Begun, Execution, Finished, Passage};
use utc_app::{Answer, AppError, Console, Outcome, Principal, Who};
use utc_domain::{ApprovalId, Decision, Scope, Subject, UnitName};

use crate::held::{HeldStore, Ready};
use crate::port::{Answering, Caller, Gate, Question, Refused, Route, Ruling, Verdict, Waiting};

/// How long a record of an execution waits that could not be written.
const PAUSE: Duration = Duration::from_secs(1);

/// The gate and the store of one console.
#[derive(Clone)]
pub struct ConsolePorts(Arc<Console>);

impl ConsolePorts {
    /// The ports of `console`.
    pub fn new(console: Arc<Console>) -> Self {
        Self(console)
    }

    async fn principal(&self, token: &str) -> Result<Arc<Principal>, AppError> {
        if let Some(principal) = self.0.token(token)? {
            return Ok(principal);
        }
        let token = token.to_owned();
        self.blocking(move |console| console.look_up_token(&token))
            .await
    }

    /// Runs what blocks on a thread for that.
    async fn blocking<T, F>(&self, work: F) -> Result<T, AppError>
    where
        T: Send + 'static,
        F: FnOnce(&Console) -> Result<T, AppError> + Send + 'static,
    {
        let console = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || work(&console)).await;
        done.unwrap_or_else(|error| Err(AppError::Internal(Box::new(error))))
    }
}

impl Gate for ConsolePorts {
    fn admit<'a>(
        &'a self,
        token: &'a str,
        subject: Option<&'a str>,
    ) -> Answering<'a, Result<Arc<dyn Caller>, Refused>> {
        Box::pin(async move {
            let principal = self.principal(token).await?;
            let subject = subject_of(&principal, subject)?;
            let caller = Admitted {
                ports: self.clone(),
                principal,
                subject,
            };
            Ok(Arc::new(caller) as Arc<dyn Caller>)
        })
    }
}

/// Whom a request speaks for: whoever it says, or the only subject that its token may speak for.
fn subject_of(principal: &Principal, said: Option<&str>) -> Result<Subject, Refused> {
    if let Some(said) = said {
        let subject = said.parse();
        return subject.map_err(|error| Refused::Invalid(format!("`UTC-Subject`: {error}")));
    }
    let only = match principal.subjects() {
        Scope::All => None,
        Scope::Only(patterns) => match patterns.as_slice() {
            [only] => only.as_str().parse().ok(),
            _ => None,
        },
    };
    let only = only.filter(|subject: &Subject| !subject.as_str().contains('*'));
    only.ok_or_else(|| {
        Refused::Invalid("say in `UTC-Subject` whom the request speaks for".to_owned())
    })
}

/// Somebody who showed a token.
struct Admitted {
    ports: ConsolePorts,
    principal: Arc<Principal>,
    subject: Subject,
}

impl Caller for Admitted {
    fn who(&self) -> Who {
        self.principal.who()
    }

    fn unit(&self, name: &UnitName) -> Result<Route, Refused> {
        let no_unit = || Refused::NoUnit(name.clone());
        let route = self
            .ports
            .0
            .route(&self.principal, name)?
            .ok_or_else(no_unit)?;
        let upstream = route.origin.parse();
        Ok(Route {
            upstream: upstream.map_err(|error| Refused::Internal(Box::new(error)))?,
            unit: route.unit,
            methods: route.methods,
            config_version: route.config_version,
        })
    }

    fn decide(&self, question: Question) -> Answering<'_, Result<Verdict, Refused>> {
        let passage = Passage {
            subject: self.subject.clone(),
            action: question.action,
            unit: question.unit,
            config_version: question.config_version,
            request: question.request,
            key: question.idempotency_key,
        };
        Box::pin(async move {
            let answer = match self.ports.0.ask_to_pass(&self.principal, passage).await? {
                Outcome::New(answer) => *answer,
                Outcome::Repeated(receipt) => {
                    let stored = self
                        .ports
                        .blocking(move |console| console.stored_answer(receipt));
                    stored.await?
                }
            };
            verdict(answer)
        })
    }

    fn executed(&self, execution: Execution) {
        let (console, by) = (Arc::clone(&self.ports.0), self.subject.clone());
        // Handed to the journal here and now, also where no runtime is left to wait for it.
        let mut written = console.record_execution(by.clone(), execution.clone());
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        runtime.spawn(async move {
            while let Err(error) = written.await {
                report(&execution, &error);
                if is_final(&error) {
                    return;
                }
                tokio::time::sleep(PAUSE).await;
                written = console.record_execution(by.clone(), execution.clone());
            }
        });
    }
}

/// After these it is either written already or cannot be written by this process.
fn is_final(error: &AppError) -> bool {
    matches!(
        error,
        AppError::Stopping | AppError::OutcomeUnknown { .. } | AppError::Internal(_)
    )
}

fn report(execution: &Execution, error: &AppError) {
    let (unit, receipt) = (&execution.unit, &execution.answers);
    tracing::warn!(
        %unit, %receipt, %error,
        "what became of an allowed write is not recorded"
    );
}

fn verdict(answer: Answer) -> Result<Verdict, Refused> {
    let ruling = match (answer.decision, answer.approval) {
        (Decision::Allow, _) => Ruling::Allow {
            would_be: answer.would_be,
        },
        (Decision::Deny, _) => Ruling::Deny {
            code: answer.code,
            reason: answer.reason,
        },
        (Decision::RequireApproval, Some(held)) => Ruling::Hold {
            reason: answer.reason,
            approval: Waiting {
                id: held.id,
                expires_at: held.expires_at,
                expected_wait_minutes: held.expected_wait_minutes,
            },
        },
        (Decision::RequireApproval, None) => {
            return Err(Refused::Internal("a request waits for nothing".into()));
        }
    };
    Ok(Verdict {
        receipt: answer.receipt_id,
        ruling,
    })
}

impl HeldStore for ConsolePorts {
    fn ready(&self, limit: usize) -> Answering<'_, Result<Vec<Ready>, Refused>> {
        Box::pin(async move {
            let ready = self
                .blocking(move |console| console.ready_to_execute(limit))
                .await?;
            let ready = ready.into_iter();
            Ok(ready
                .map(|(approval, unit)| Ready { approval, unit })
                .collect())
        })
    }

    fn begin(&self, approval: ApprovalId) -> Answering<'_, Result<Option<Begun>, Refused>> {
        Box::pin(async move {
            let begun = self.blocking(move |console| console.begin_execution(approval));
            begun.await.map_err(Refused::from)
        })
    }

    fn finish(
        &self,
        approval: ApprovalId,
        finished: Finished,
    ) -> Answering<'_, Result<(), Refused>> {
        Box::pin(async move {
            match self.0.finish_execution(approval, finished).await {
                // It has an outcome already: to try again would find the same.
                Err(error @ (AppError::Conflict { .. } | AppError::NotFound { .. })) => {
                    tracing::error!(%approval, %error, "the outcome of a held request has no place");
                    Ok(())
                }
                other => other.map_err(Refused::from),
            }
        })
    }

    fn tend(&self) -> Answering<'_, Result<usize, Refused>> {
        Box::pin(async move {
            let tended = self.blocking(Console::tend_executions);
            tended.await.map_err(Refused::from)
        })
    }
}

impl From<AppError> for Refused {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Unauthenticated => Self::Unauthenticated,
            AppError::Forbidden(refusal) => Self::Forbidden(refusal.to_string()),
            AppError::Invalid(fields) => Self::Invalid(
                fields
                    .iter()
                    .map(|field| format!("`{}` {}", field.pointer, field.message))
                    .collect::<Vec<_>>()
                    .join("; "),
            ),
            AppError::NotFound { .. } => Self::Invalid(error.to_string()),
            AppError::Conflict {
                code: "unit_changed",
                ..
            } => Self::Changed,
            AppError::Conflict { code, message } => Self::Conflict { code, message },
            AppError::TooMuchHeld { .. } => Self::TooMuchHeld(error.to_string()),
            AppError::KeyReused => Self::KeyReused,
            AppError::Busy => Self::Busy,
            AppError::Unavailable(source) => Self::Unavailable(source),
            AppError::OutcomeUnknown { receipts } => Self::OutcomeUnknown { receipts },
            AppError::Stopping => Self::Stopping,
            AppError::Internal(source) => Self::Internal(source),
            other => Self::Internal(Box::new(other)),
        }
    }
}
