//! How each kind of thing is drawn.

use wgpu::{
    BindGroupLayout, BlendComponent, BlendFactor, BlendOperation, BlendState, CompareFunction, DepthStencilState,
    Device, Face, PipelineLayout, RenderPipeline, ShaderModule, StencilFaceState, StencilOperation, StencilState,
    TextureFormat, VertexBufferLayout, VertexStepMode, vertex_attr_array,
};

use super::shaders::Shader;
use super::tree_shape::PlainTreeVertex;
use crate::draw::label::LabelVertex;
use crate::draw::mark::MarkVertex;
use crate::mesh::{ExtrudedVertex, GroundVertex, TreeInstance};

/// Depth for what stands, and a stencil for what lies on the ground.
pub(super) const DEPTH_FORMAT: TextureFormat = TextureFormat::Depth24PlusStencil8;

/// What a set of pipelines is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PipelineKey {
    /// The target's format.
    pub(super) format: TextureFormat,
    /// Samples a pixel.
    pub(super) samples: u32,
    /// With the finer parts of the shaders.
    pub(super) fine: bool,
}

/// All pipelines for one kind of target.
#[derive(Debug)]
pub(super) struct Pipelines {
    pub(super) extruded: RenderPipeline,
    pub(super) extruded_plain: RenderPipeline,
    pub(super) tree: RenderPipeline,
    pub(super) plain_tree: RenderPipeline,
    pub(super) backdrop: RenderPipeline,
    pub(super) ground: RenderPipeline,
    pub(super) ground_plain: RenderPipeline,
    pub(super) extruded_shadow: RenderPipeline,
    pub(super) plain_tree_shadow: RenderPipeline,
    pub(super) label: RenderPipeline,
    pub(super) mark: RenderPipeline,
}

/// What differs between pipelines of one shader.
#[derive(Clone)]
struct Way<'a> {
    label: &'a str,
    vertex: &'a str,
    fragment: &'a str,
    buffers: &'a [VertexBufferLayout<'a>],
    cull: Option<Face>,
    depth: DepthStencilState,
    blend: Option<BlendState>,
}

struct Maker<'a> {
    device: &'a Device,
    key: PipelineKey,
}

impl Maker<'_> {
    fn module(&self, shader: Shader) -> ShaderModule {
        self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: None,
            source: wgpu::ShaderSource::Wgsl(shader.source().into()),
        })
    }

    fn layout(&self, groups: &[Option<&BindGroupLayout>]) -> PipelineLayout {
        self.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: groups,
            immediate_size: 0,
        })
    }

    fn make(&self, module: &ShaderModule, layout: &PipelineLayout, way: &Way) -> RenderPipeline {
        let constants = [("DETAIL", f64::from(u8::from(self.key.fine)))];
        // Only shaders that declare the constant may be given it.
        let declared = matches!(way.label, "ground" | "ground_plain" | "extruded" | "extruded_plain");
        let constants = if declared { &constants[..] } else { &[] };
        let options = wgpu::PipelineCompilationOptions { constants, ..Default::default() };
        self.device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some(way.label),
            layout: Some(layout),
            vertex: wgpu::VertexState {
                module,
                entry_point: Some(way.vertex),
                compilation_options: options.clone(),
                buffers: way.buffers,
            },
            primitive: wgpu::PrimitiveState { cull_mode: way.cull, ..Default::default() },
            depth_stencil: Some(way.depth.clone()),
            multisample: wgpu::MultisampleState { count: self.key.samples, ..Default::default() },
            fragment: Some(wgpu::FragmentState {
                module,
                entry_point: Some(way.fragment),
                compilation_options: options,
                targets: &[Some(wgpu::ColorTargetState {
                    format: self.key.format,
                    blend: way.blend,
                    write_mask: wgpu::ColorWrites::ALL,
                })],
            }),
            multiview_mask: None,
            cache: None,
        })
    }
}

/// Depth is reversed: 1 near, 0 far.
fn depth(write: bool, compare: CompareFunction) -> DepthStencilState {
    DepthStencilState {
        format: DEPTH_FORMAT,
        depth_write_enabled: Some(write),
        depth_compare: Some(compare),
        stencil: StencilState::default(),
        bias: wgpu::DepthBiasState::default(),
    }
}

/// The stencil's reference while the ground and shadows on it are drawn: the ground leaves it, a shadow wants it and
/// counts up, so that shadows over each other do not add up.
pub(super) const GROUND: u32 = 1;

/// The reference while the backdrop is drawn: it fills what the ground has left free.
pub(super) const NO_GROUND: u32 = 0;

/// Depth is compared and kept; the stencil is compared and changed.
fn stencil(compare: CompareFunction, pass_op: StencilOperation) -> DepthStencilState {
    let face =
        StencilFaceState { compare, fail_op: StencilOperation::Keep, depth_fail_op: StencilOperation::Keep, pass_op };
    DepthStencilState {
        stencil: StencilState { front: face, back: face, read_mask: 0xff, write_mask: 0xff },
        ..depth(false, CompareFunction::GreaterEqual)
    }
}

/// What is there, times what is drawn.
const MULTIPLY: BlendState = {
    let component =
        BlendComponent { src_factor: BlendFactor::Dst, dst_factor: BlendFactor::Zero, operation: BlendOperation::Add };
    BlendState { color: component, alpha: BlendComponent::OVER }
};

impl Pipelines {
    pub(super) fn new(device: &Device, key: PipelineKey, frame: &BindGroupLayout, text: &BindGroupLayout) -> Self {
        let maker = Maker { device, key };
        let plain = maker.layout(&[Some(frame)]);
        let extruded_module = maker.module(Shader::Extruded);
        let tree_module = maker.module(Shader::Tree);
        let extruded = Way {
            label: "extruded",
            vertex: "vertex",
            fragment: "fragment",
            buffers: &[VertexBufferLayout {
                array_stride: size_of::<ExtrudedVertex>() as u64,
                step_mode: VertexStepMode::Vertex,
                attributes: &vertex_attr_array![0 => Float32x3, 1 => Snorm8x4, 2 => Unorm8x4, 3 => Float32x2, 4 => Uint32],
            }],
            cull: Some(Face::Back),
            depth: depth(true, CompareFunction::Greater),
            blend: None,
        };
        let tree = Way {
            label: "tree",
            vertex: "vertex",
            fragment: "fragment",
            buffers: &[
                VertexBufferLayout {
                    array_stride: 16,
                    step_mode: VertexStepMode::Vertex,
                    attributes: &vertex_attr_array![0 => Float32x4],
                },
                VertexBufferLayout {
                    array_stride: size_of::<TreeInstance>() as u64,
                    step_mode: VertexStepMode::Instance,
                    attributes: &vertex_attr_array![1 => Float32x2, 2 => Float32, 3 => Float32],
                },
            ],
            cull: Some(Face::Back),
            depth: depth(true, CompareFunction::Greater),
            blend: None,
        };
        let plain_tree = Way {
            buffers: &[VertexBufferLayout {
                array_stride: size_of::<PlainTreeVertex>() as u64,
                step_mode: VertexStepMode::Vertex,
                attributes: &vertex_attr_array![0 => Float32x4, 1 => Float32x2, 2 => Float32, 3 => Float32],
            }],
            ..tree.clone()
        };
        let shadow = |way: &Way, module: &ShaderModule| {
            let shadow = Way {
                label: "shadow",
                vertex: "shadow_vertex",
                fragment: "shadow_fragment",
                buffers: way.buffers,
                // Faces that look at the sun, seen along its rays from above, keep their orientation.
                cull: Some(Face::Back),
                depth: stencil(CompareFunction::Equal, StencilOperation::IncrementClamp),
                blend: Some(MULTIPLY),
            };
            maker.make(module, &plain, &shadow)
        };
        let [ground, ground_plain] = ground(&maker, &plain);
        Self {
            extruded_shadow: shadow(&extruded, &extruded_module),
            plain_tree_shadow: shadow(&plain_tree, &tree_module),
            extruded: maker.make(&extruded_module, &plain, &extruded),
            extruded_plain: maker.make(&extruded_module, &plain, &from_afar("extruded_plain", &extruded)),
            tree: maker.make(&tree_module, &plain, &tree),
            plain_tree: maker.make(&tree_module, &plain, &plain_tree),
            backdrop: backdrop(&maker, &plain),
            ground,
            ground_plain,
            label: label(&maker, &maker.layout(&[Some(frame), Some(text)])),
            mark: mark(&maker, &plain),
        }
    }
}

fn backdrop(maker: &Maker, layout: &PipelineLayout) -> RenderPipeline {
    let way = Way {
        label: "backdrop",
        vertex: "vertex",
        fragment: "fragment",
        buffers: &[],
        cull: None,
        depth: stencil(CompareFunction::Equal, StencilOperation::Keep),
        blend: None,
    };
    maker.make(&maker.module(Shader::Backdrop), layout, &way)
}

/// The same by its entry points for what is far away.
fn from_afar<'a>(label: &'a str, way: &Way<'a>) -> Way<'a> {
    Way { label, vertex: "plain_vertex", fragment: "plain_fragment", ..way.clone() }
}

/// With all that is marked on it, and plain.
fn ground(maker: &Maker, layout: &PipelineLayout) -> [RenderPipeline; 2] {
    let way = Way {
        label: "ground",
        vertex: "vertex",
        fragment: "fragment",
        buffers: &[VertexBufferLayout {
            array_stride: size_of::<GroundVertex>() as u64,
            step_mode: VertexStepMode::Vertex,
            attributes: &vertex_attr_array![0 => Float32x2, 1 => Float32x2, 2 => Unorm8x4, 3 => Uint32],
        }],
        cull: None,
        // What lies on top comes first and leaves its mark; what lies beneath is not shaded where there is one.
        depth: stencil(CompareFunction::NotEqual, StencilOperation::Replace),
        blend: None,
    };
    let module = maker.module(Shader::Ground);
    [maker.make(&module, layout, &way), maker.make(&module, layout, &from_afar("ground_plain", &way))]
}

fn label(maker: &Maker, layout: &PipelineLayout) -> RenderPipeline {
    let way = Way {
        label: "label",
        vertex: "vertex",
        fragment: "fragment",
        buffers: &[VertexBufferLayout {
            array_stride: size_of::<LabelVertex>() as u64,
            step_mode: VertexStepMode::Vertex,
            attributes: &vertex_attr_array![0 => Float32x3, 1 => Float32x2, 2 => Unorm16x2, 3 => Unorm8x4],
        }],
        cull: None,
        depth: depth(false, CompareFunction::Always),
        blend: Some(BlendState::PREMULTIPLIED_ALPHA_BLENDING),
    };
    maker.make(&maker.module(Shader::Label), layout, &way)
}

fn mark(maker: &Maker, layout: &PipelineLayout) -> RenderPipeline {
    let way = Way {
        label: "mark",
        vertex: "vertex",
        fragment: "fragment",
        buffers: &[VertexBufferLayout {
            array_stride: size_of::<MarkVertex>() as u64,
            step_mode: VertexStepMode::Vertex,
            attributes: &vertex_attr_array![0 => Float32x3, 1 => Float32x3, 2 => Float32x2, 3 => Unorm8x4],
        }],
        cull: Some(Face::Back),
        depth: depth(false, CompareFunction::Always),
        blend: Some(BlendState::PREMULTIPLIED_ALPHA_BLENDING),
    };
    maker.make(&maker.module(Shader::Mark), layout, &way)
}
