//! Makes the client and server of the gRPC greeter in `tonic.rs`, without `protoc`: its messages
//! are written there by hand.

fn main() {
    let hello = tonic_build::manual::Method::builder()
        .name("say_hello")
        .route_name("SayHello")
        .input_type("crate::HelloRequest")
        .output_type("crate::HelloReply")
        .codec_path("tonic_prost::ProstCodec")
        .build();
    let greeter = tonic_build::manual::Service::builder()
        .name("Greeter")
        .package("greeter")
        .method(hello)
        .build();
    tonic_build::manual::Builder::new().compile(&[greeter]);
    println!("cargo::rerun-if-changed=build.rs");
}
