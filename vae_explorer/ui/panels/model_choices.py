"""What the model card offers: networks, likelihoods, kinds of objective with their settings, priors, posteriors, labels."""

from __future__ import annotations

from vae_explorer.ui.panels.setting_rows import Setting
from vae_explorer.ui.widgets.number_field import NumberRange

__all__ = [
    "BINARISATIONS",
    "LIKELIHOODS",
    "MODEL_SETTINGS",
    "NETWORKS",
    "OBJECTIVES",
    "OBJECTIVE_SETTING_ROWS",
    "OBJECTIVE_WORDS",
]

NETWORKS = (("residual", "Residual conv"), ("conv", "Convolutional"),
             ("burgess", "Convolutional (Burgess)"), ("mlp", "MLP"), ("gated", "Gated MLP"))  # fmt: skip
LIKELIHOODS = (
    ("bernoulli", "Bernoulli"),
    ("continuous-bernoulli", "Cont. Bernoulli"),
    ("gaussian", "Gaussian"),
    ("gaussian-learned", "Gaussian, free σ"),
    ("gaussian-optimal", "Optimal Gaussian"),
    ("laplace", "Laplace"),
    ("logistic-mixture", "Logistic mixture"),
)
BINARISATIONS = (("none", "Grey"), ("dynamic", "Binary, redrawn"), ("static", "Binary, fixed"))

OBJECTIVES = (
    ("vae", "VAE, β-VAE"),
    ("capacity", "Capacity"),
    ("free-bits", "Free bits"),
    ("tcvae", "β-TCVAE"),
    ("factor", "FactorVAE"),
    ("dip-i", "DIP-VAE I"),
    ("dip-ii", "DIP-VAE II"),
    ("infovae", "InfoVAE (MMD)"),
    ("iwae", "IWAE"),
    ("m2", "Few labels (M2)"),
    ("autoencoder", "Plain autoencoder"),
    ("denoising", "Denoising autoencoder"),
)

OBJECTIVE_SETTING_ROWS = (
    Setting("capacity", "Capacity, nats", NumberRange(0.0, 10_000.0)),
    Setting("capacity_epochs", "Rise, epochs", NumberRange(0.0, 1e6)),
    Setting("capacity_weight", "Weight γ", NumberRange(0.0, 10_000.0)),
    Setting("free_bits", "Free nats a dim.", NumberRange(0.0, 100.0)),
    Setting("tc_estimator", "Estimator", (("mss", "Stratified"), ("mws", "Weighted"))),
    Setting("tc_weight", "TC weight γ", NumberRange(0.0, 1000.0)),
    Setting("discriminator_width", "Discriminator", NumberRange(8, 4096, whole=True)),
    Setting("dip_weight", "Weight λ", NumberRange(0.0, 10_000.0)),
    Setting("mmd_weight", "MMD weight λ", NumberRange(0.0, 100_000.0)),
    Setting("n_samples", "Samples K", NumberRange(1, 512, whole=True)),
    Setting("dreg", "Gradient", ((False, "Plain"), (True, "DReG"))),
    Setting("n_labels", "Labels used", NumberRange(1, 10_000_000, whole=True)),
    Setting("alpha", "Classifier α", NumberRange(0.0, 10_000.0)),
    Setting("noise", "Noise σ", NumberRange(0.0, 10.0)),
)

MODEL_SETTINGS = (
    Setting("start_layers", "Start layers", NumberRange(1, 8, whole=True)),
    Setting(
        "prior", "Prior", (("normal", "N(0, I)"), ("mixture", "Mixture, learned"), ("vamp", "VampPrior"))
    ),
    Setting("components", "Components", NumberRange(1, 10_000, whole=True)),
    Setting("posterior", "Posterior", (("gaussian", "Gaussian"), ("iaf", "Flow (IAF)"))),
    Setting("n_flows", "Flows", NumberRange(1, 32, whole=True)),
    Setting("conditional", "Classes", ((False, "Not used"), (True, "Given (conditional)"))),
)

# Beside the term, what it does; the plain VAE is explained by its β.
OBJECTIVE_WORDS = {
    "capacity": "leads KL to a number of nats that rises",
    "free-bits": "keeps every dimension in use",
    "tcvae": "β weighs the dependence between dimensions, estimated from each batch",
    "factor": "dimensions become independent, judged by a second network",
    "dip-i": "posterior means become uncorrelated",
    "dip-ii": "codes become uncorrelated",
    "infovae": "the codes as a whole follow the prior, each alone less",
    "iwae": "several samples an image, a tighter bound",
    "m2": "learns classes from a few labels and many images without",
    "autoencoder": "single points and no prior: sharp, with holes",
    "denoising": "makes clean images from noisy ones, no prior",
}
