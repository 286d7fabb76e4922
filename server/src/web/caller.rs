//! Who asks: the access token, and what the database says of its bearer now.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest};

use crate::flow;
pub use crate::flow::caller::Caller;
use crate::flow::refusal::Refusal;
use crate::web::State;
use crate::web::problem::Problem;

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        let app = request.app_data::<State>().cloned();
        let token = request
            .headers()
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .map(str::to_owned);
        Box::pin(async move {
            let (Some(app), Some(token)) = (app, token) else {
                return Err(Refusal::Unauthenticated.into());
            };
            Ok(flow::caller::identify(&app, &token).await?)
        })
    }
}
