//! What went wrong, by what the caller does next.

use aws_sdk_s3::{
    config::http::HttpResponse,
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
};

/// What the embedded S3 says of a file that is not what was written.
const DAMAGED: &str = "DamagedObject";

/// A failed store call.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Nothing is there. The caller decides what that means.
    #[error("{key} is not there")]
    Missing {
        /// The object.
        key: String,
    },
    /// Others kept writing first. The caller gives the work back and lets it come again.
    #[error("{key} was written by others each time; try again later")]
    Conflict {
        /// The object.
        key: String,
    },
    /// The store does not answer. The caller gives the work back.
    #[error("{key}: the store did not answer as expected: {reason}")]
    Unavailable {
        /// The object.
        key: String,
        /// As the client says it.
        reason: String,
    },
    /// Not allowed. Repeating does not help; somebody must change a policy or the credentials.
    #[error("{key}: access denied; check the function's role and the bucket policy ({reason})")]
    Denied {
        /// The object.
        key: String,
        /// As the client says it.
        reason: String,
    },
    /// The object is not what its key says, or not what was written. Repeating does not help; `pressroom rebuild` writes views anew.
    #[error("{key} is damaged: {reason}")]
    Corrupt {
        /// The object.
        key: String,
        /// What was found.
        reason: String,
    },
}

impl Error {
    pub(crate) fn corrupt(key: impl ToString, reason: impl ToString) -> Self {
        Self::Corrupt {
            key: key.to_string(),
            reason: reason.to_string(),
        }
    }

    /// Names the kind of a failed request by its status.
    pub(crate) fn of<E>(key: impl ToString, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
    {
        let key = key.to_string();
        let reason = || DisplayErrorContext(error).to_string();
        if error.code() == Some(DAMAGED) {
            return Self::corrupt(key, "the file is not what was written; restore it from a copy");
        }
        if error.code() == Some("ExpiredToken") {
            let reason = "the credentials have expired".to_owned();
            return Self::Denied { key, reason };
        }
        match status(error) {
            Some(404) => Self::Missing { key },
            Some(409 | 412) => Self::Conflict { key },
            Some(401 | 403) => Self::Denied { key, reason: reason() },
            _ => Self::Unavailable { key, reason: reason() },
        }
    }
}

/// The HTTP status of a failed request, when there was an answer.
pub(crate) fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}
