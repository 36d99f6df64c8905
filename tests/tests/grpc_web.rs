//! gRPC-Web over HTTP/1.1, framed by hand: what a browser sends, without the library that sends it.

use bytes::Bytes;
use cloudsite_proto::land::{GetParcelRequest, GetParkRequest, GetParkResponse};
use cloudsite_tests::{Answer, Server, send};
use http::Request;
use prost::Message;

/// The flag of a frame that holds trailers.
const TRAILERS: u8 = 0x80;

async fn call(server: &Server, method: &str, message: &impl Message) -> Answer {
    let message = message.encode_to_vec();
    let mut body = vec![0];
    body.extend(u32::try_from(message.len()).expect("a short message").to_be_bytes());
    body.extend(message);
    let request = Request::post(server.url(&format!("/cloudsite.land.v1.{method}")))
        .header("content-type", "application/grpc-web+proto")
        .header("accept", "application/grpc-web+proto")
        .header("x-grpc-web", "1");
    send(request.body(Bytes::from(body)).expect("the request is well formed")).await
}

/// The frames of a body: flag and content.
fn frames(mut body: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut frames = Vec::new();
    while let [flag, a, b, c, d, rest @ ..] = body {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        assert!(length <= rest.len(), "a frame is cut off");
        frames.push((*flag, rest[..length].to_vec()));
        body = &rest[length..];
    }
    assert!(body.is_empty(), "bytes are left over");
    frames
}

#[tokio::test]
async fn a_reply_is_one_message_and_its_trailers() {
    let server = Server::start().await;
    let answer = call(&server, "ParkService/GetPark", &GetParkRequest::default()).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("application/grpc-web"), "{answer:?}");
    let frames = frames(&answer.body);
    assert_eq!(frames.iter().map(|(flag, _)| *flag).collect::<Vec<_>>(), [0, TRAILERS]);
    let park = GetParkResponse::decode(&frames[0].1[..]).unwrap().park.expect("there is a park");
    assert!(park.synthetic);
    let trailers = String::from_utf8(frames[1].1.clone()).unwrap();
    assert!(trailers.lines().any(|line| line.replace(' ', "") == "grpc-status:0"), "{trailers}");
}

#[tokio::test]
async fn an_error_reaches_the_browser() {
    let server = Server::start().await;
    let request = GetParcelRequest { name: "parcels/none".into(), revision: 0 };
    let answer = call(&server, "ParcelService/GetParcel", &request).await;
    assert_eq!(answer.status, 200);
    let in_body = frames(&answer.body).into_iter().find(|(flag, _)| *flag == TRAILERS);
    let status = match in_body {
        Some((_, trailers)) => {
            let trailers = String::from_utf8(trailers).unwrap();
            let line = trailers.lines().find_map(|line| line.strip_prefix("grpc-status:").map(str::to_owned));
            line.expect("the trailers hold a status").trim().to_owned()
        }
        None => answer.header("grpc-status").to_owned(),
    };
    assert_eq!(status, "5", "NOT_FOUND: {answer:?}");
}
