// Labels: quads of a fixed size on the screen, coverage and halo from one atlas.

@group(1) @binding(0) var atlas: texture_2d<f32>;
@group(1) @binding(1) var atlas_sampler: sampler;

struct Varying {
    @builtin(position) position: vec4f,
    @location(0) uv: vec2f,
    @location(1) colour: vec4f,
}

@vertex
fn vertex(
    @location(0) anchor: vec3f,
    // Pixels right and up of the anchor.
    @location(1) offset: vec2f,
    @location(2) uv: vec2f,
    @location(3) colour: vec4f,
) -> Varying {
    var out: Varying;
    let clip = frame.clip_from_world * vec4f(anchor, 1.0);
    out.position = vec4f(clip.xy + offset * 2.0 / frame.screen.xy * clip.w, clip.z, clip.w);
    out.uv = uv;
    out.colour = vec4f(linear(colour.rgb), colour.a);
    return out;
}

@fragment
fn fragment(in: Varying) -> @location(0) vec4f {
    // Red: the glyph; green: the glyph grown and blurred.
    let found = textureSample(atlas, atlas_sampler, in.uv).rg;
    let halo = mix(vec3f(0.98), vec3f(0.05), frame.sun.w);
    let ink = mix(in.colour.rgb, vec3f(0.95), frame.sun.w * 0.8);
    // Dark on light in linear colours grows thin; the root gives strokes their weight back.
    let stroke = sqrt(found.r);
    let alpha = max(stroke, found.g * 0.9) * in.colour.a;
    return vec4f(mix(halo, ink, stroke) * alpha, alpha);
}
