//! Secrets that are made here, shown once, and entered where somebody signs with them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::AppError;
use crate::identity::random;

const BYTES: usize = 32;

/// A new secret of 32 random bytes, in the form that Standard Webhooks gives to secrets: `whsec_…`.
///
/// # Errors
/// [`AppError::Internal`] when the operating system gives no random bytes.
pub fn new_shared_secret() -> Result<Zeroizing<String>, AppError> {
    Ok(as_text(&*bytes()?))
}

pub(crate) fn bytes() -> Result<Zeroizing<[u8; BYTES]>, AppError> {
    random().map_err(|error| AppError::Internal(Box::new(error)))
}

pub(crate) fn as_text(bytes: &[u8]) -> Zeroizing<String> {
    let encoded = Zeroizing::new(STANDARD.encode(bytes));
    Zeroizing::new(format!("whsec_{}", *encoded))
}

#[cfg(test)]
mod tests {
    use utc_tdx::HmacSecret;

    use super::new_shared_secret;

    #[test]
    fn it_is_another_one_each_time_and_can_be_signed_with() {
        let (one, other) = (new_shared_secret().unwrap(), new_shared_secret().unwrap());
        assert_ne!(*one, *other);
        HmacSecret::from_webhook_text(&one).unwrap();
    }
}
