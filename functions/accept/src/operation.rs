//! Every call of the API: the router, its roles and the `OpenAPI` document are made from this one list.

use http::Method;
use release::{Role, Step};

/// A call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Is anybody there?
    Health,
    /// What the API takes and answers.
    OpenApi,
    /// The board.
    List,
    /// A new release.
    Create,
    /// What is wrong with a release that is not stored.
    CheckNew,
    /// The latest revision.
    Latest,
    /// The next revision.
    Replace,
    /// What is wrong with a release.
    Check,
    /// A file is announced.
    Media,
    /// The page as it will look.
    Preview,
    /// Who did what and when.
    History,
    /// One revision.
    One,
    /// A change of status.
    Step(Step),
}

impl Operation {
    /// All of them.
    pub fn all() -> Vec<Self> {
        let mut all = vec![
            Self::Health,
            Self::OpenApi,
            Self::List,
            Self::Create,
            Self::CheckNew,
            Self::Latest,
            Self::Replace,
            Self::Check,
            Self::Media,
            Self::Preview,
            Self::History,
            Self::One,
        ];
        all.extend(Step::ALL.map(Self::Step));
        all
    }

    /// Its method.
    pub fn method(self) -> Method {
        match self {
            Self::Health | Self::OpenApi | Self::List | Self::Latest | Self::Preview | Self::History | Self::One => Method::GET,
            Self::Create | Self::CheckNew | Self::Check | Self::Media | Self::Step(_) => Method::POST,
            Self::Replace => Method::PUT,
        }
    }

    /// Its path, with what varies in braces.
    pub fn path(self) -> String {
        let of_one = |tail: &str| format!("/v1/releases/{{id}}{tail}");
        match self {
            Self::Health => "/health".to_owned(),
            Self::OpenApi => "/v1/openapi.json".to_owned(),
            Self::List | Self::Create => "/v1/releases".to_owned(),
            Self::CheckNew => "/v1/releases/check".to_owned(),
            Self::Latest | Self::Replace => of_one(""),
            Self::Check => of_one("/check"),
            Self::Media => of_one("/media"),
            Self::Preview => of_one("/preview"),
            Self::History => of_one("/revisions"),
            Self::One => of_one("/revisions/{n}"),
            Self::Step(step) => of_one(&format!("/{}", step.as_str())),
        }
    }

    /// Who may call it at least; `None` for everybody, also without a token.
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Health | Self::OpenApi => None,
            Self::Step(step) => Some(step.role()),
            _ => Some(Role::Author),
        }
    }

    /// Its name in the `OpenAPI` document.
    pub(crate) fn id(self) -> String {
        match self {
            Self::Step(step) => step.as_str().to_owned(),
            Self::CheckNew => "checkNew".to_owned(),
            Self::OpenApi => "openapi".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        }
    }
}
