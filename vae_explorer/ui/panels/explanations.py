"""What every control of the setup means: a line for its tooltip, two sentences for "What's This?"."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["EXPLANATIONS", "Explanation"]


class Explanation(NamedTuple):
    """Words for a person who has not read the paper."""

    tooltip: str
    whats_this: str


EXPLANATIONS = {
    "data": Explanation(
        "Which pictures the model learns from",
        "A model can only draw what it has seen: the pictures you choose decide what the map "
        "contains. A part of them is held back for validation, to see whether the model understands "
        "or merely remembers.",
    ),
    "preset": Explanation(
        "A recipe with a known result, which fills the settings below",
        "Fills the settings of model and training with those of a recipe that was measured; pictures, seed and device stay "
        "as they are. As soon as a setting differs from the recipe it says Custom.",
    ),
    "objective": Explanation(
        "What training minimises: the VAE, a relative, or a plain autoencoder",
        "A variational autoencoder (VAE) learns for each image a small cloud in the latent space, "
        "its posterior, and keeps all clouds near one shared bell curve, the prior, so that every "
        "place decodes to something sensible. A plain autoencoder learns single points without that "
        "care: sharper images, but holes between them where decoding means nothing.",
    ),
    "capacity": Explanation(
        "KL that the model is led to, in nats",
        "Instead of making KL as small as possible the model is led to this many nats, which rise from 0 over the "
        "first epochs. New factors then join one after the other, as room for them opens.",
    ),
    "capacity_epochs": Explanation(
        "Epochs over which the capacity rises to its value",
        "The capacity rises in a straight line from 0 over so many epochs and then stays. Too fast a rise lets "
        "several factors in at once, which then share dimensions.",
    ),
    "capacity_weight": Explanation(
        "How strongly KL is held at the capacity",
        "Weight γ of the distance between KL and the capacity. Large values hold KL close to it; small ones let the "
        "reconstruction loss pull it away.",
    ),
    "free_bits": Explanation(
        "KL of each dimension that costs nothing, in nats",
        "Each latent dimension may carry this much information for free, so none is given up early. Only what is "
        "above it is paid for.",
    ),
    "tc_estimator": Explanation(
        "How a batch stands for all images",
        "The total correlation needs the codes of all images, of which a batch knows a few. Stratified sampling weighs "
        "them without bias, weighted sampling more simply.",
    ),
    "tc_weight": Explanation(
        "Weight of the total correlation between dimensions",
        "The total correlation says how much the latent dimensions tell about each other. A larger weight makes them "
        "independent, so that each can stand for one factor.",
    ),
    "discriminator_width": Explanation(
        "Units in each layer of the discriminator",
        "A second network learns to tell codes from codes whose dimensions were shuffled between images. The paper "
        "takes 1000 units; fewer train faster on a processor.",
    ),
    "dip_weight": Explanation(
        "How strongly dimensions are kept uncorrelated",
        "Weight of the covariance between different latent dimensions, and of their variance's distance from one. A "
        "larger weight gives less correlated dimensions and blurrier images.",
    ),
    "mmd_weight": Explanation(
        "How strongly the codes as a whole follow the prior",
        "Weight of the maximum mean discrepancy between all codes of a batch and draws of the prior. It shapes the map "
        "as a whole and leaves each image's posterior free.",
    ),
    "n_samples": Explanation(
        "Samples of z for each image",
        "Each image is decoded from so many samples of its posterior, and the better ones count more. More samples "
        "give a tighter bound and cost as many times the work.",
    ),
    "dreg": Explanation(
        "How the gradient of the encoder is computed",
        "DReG is a second way to write the same gradient, with less noise. It helps most with many samples.",
    ),
    "n_labels": Explanation(
        "Training images whose class is used",
        "Only so many images show their class, as many of each class; the others are learned from without. The "
        "classes of the validation and test images only measure the accuracy.",
    ),
    "alpha": Explanation(
        "Weight of getting the known classes right",
        "How much it counts that the classifier names the known classes, beside describing all images well. A larger "
        "weight trusts the few labels more.",
    ),
    "noise": Explanation(
        "Standard deviation of the noise, for pixels from 0 to 1",
        "The encoder sees each image with this much noise and the decoder must make the clean one. It learns what is "
        "typical rather than each pixel.",
    ),
    "cycle_epochs": Explanation(
        "Epochs after which the warm-up of β begins anew; 0: only once",
        "β falls back to 0 and rises again every so many epochs, which gives unused dimensions another chance. Choose "
        "a warm-up of about half a cycle.",
    ),
    "prior": Explanation(
        "Where codes are expected, and samples drawn from",
        "N(0, I) is one round cloud around 0. A learned mixture, or the VampPrior with its learned example images, "
        "takes the shape of the codes, which fits the data better and leaves fewer holes.",
    ),
    "components": Explanation(
        "Parts of the learned prior",
        "How many Gaussians, or example images, the prior is made of. More follow the codes more closely and cost "
        "more time in each step.",
    ),
    "posterior": Explanation(
        "Shape of each image's cloud in the latent space",
        "A Gaussian posterior has its axes along the dimensions. A flow (IAF) bends it, so that it can follow "
        "dependences between dimensions; the map then shows where the middle of the Gaussian went.",
    ),
    "n_flows": Explanation(
        "Transformations that bend the posterior in turn",
        "Each one can bend the cloud a little more. Two to four are usual.",
    ),
    "conditional": Explanation(
        "Whether the networks are told each image's class",
        "A conditional model p(x|z, y) is told the class, so the latent describes what is left: style, slant, width. "
        "You can then draw the same place as any class.",
    ),
    "start_layers": Explanation(
        "Dense layers between the latent and the decoder's first map",
        "A plane of two dimensions must be folded finely to hold all kinds of pictures. With three layers the residual "
        "decoder folds it better and its pictures become sharper; with many latent dimensions one is enough.",
    ),
    "more_model": Explanation(
        "Settings of the model that most trainings leave alone",
        "Shows or hides prior, posterior, classes and the cycle of β. They count whether they are shown or not.",
    ),
    "network": Explanation(
        "The kind of network that encodes and decodes",
        "An MLP treats an image as a list of numbers; convolutional networks look at neighbouring "
        "pixels together and suit pictures better. The residual one adds shortcuts between layers "
        "and usually gives the clearest images, that of Burgess and others (2018) is the usual one for "
        "disentangling, and the gated MLP that of Tomczak and Welling (2018) for likelihoods.",
    ),
    "hidden": Explanation(
        "Widths of the MLP's hidden layers, e.g. 400 or 512, 256",
        "Each number is a layer of that many units in the encoder; the decoder has them in reverse. "
        "Wider or more layers can learn finer detail but train more slowly.",
    ),
    "width": Explanation(
        "Channels of the first convolution",
        "How many different patterns the first layer can look for; deeper layers use multiples of "
        "it. Twice the width learns finer detail and costs about four times the work.",
    ),
    "latent_dim": Explanation(
        "How many numbers describe an image",
        "The latent dimension is the number of coordinates of the map: each image is squeezed into "
        "that many numbers. Two can be seen whole on the screen; more keep more detail, and the map "
        "then shows a plane cut through them.",
    ),
    "likelihood": Explanation(
        "How the decoder's output is compared with the pixels",
        "The likelihood p(x|z) says how probable an image is, given its latent; its negative "
        "logarithm is the reconstruction loss. Bernoulli suits nearly black-and-white images, "
        "Gaussian suits photographs (with the optimal σ it balances itself), Laplace forgives single pixels, the "
        "continuous Bernoulli is the true density for grey pixels, and the logistic mixture gives bits per "
        "dimension of 8-bit images.",
    ),
    "logistics": Explanation(
        "Logistic curves in the mixture for each pixel",
        "Each pixel's 256 levels are described by so many bell-like curves. About five are enough; more "
        "cost time in proportion.",
    ),
    "binarisation": Explanation(
        "What a Bernoulli likelihood is of: grey pixels, or pixels drawn black or white",
        "On grey pixels its loss is a cross-entropy, which works well but is no likelihood and compares only with "
        "itself. Drawing every pixel black or white with its grey value as probability makes it one: anew in each step "
        "as most papers do, or once for all; evaluations use one fixed draw in both cases.",
    ),
    "sigma": Explanation(
        "Standard deviation of a pixel, for pixels from 0 to 1",
        "How far a pixel may be off before it costs much: a smaller σ demands closer copies and "
        "makes the reconstruction loss weigh more against KL. With a learned σ this is only where it "
        "starts.",
    ),
    "beta": Explanation(
        "Balance between clear images and a tidy map",
        "β is the weight of KL, the price for a posterior that differs from the prior; 1 is the VAE "
        "of the paper. Small values give clearer images on a scattered map, large ones a tidy map "
        "with blurred images; β can be changed while training.",
    ),
    "warmup": Explanation(
        "Epochs over which β rises from 0 to its value",
        "At the beginning KL can push every posterior onto the prior before the decoder has learned "
        "anything; the latent then stays empty. Letting β rise slowly gives the decoder time; 0 "
        "starts at full weight.",
    ),
    "epochs": Explanation(
        "How often every training image is seen",
        "One epoch is one pass over all training images. More epochs improve the model until the "
        "validation loss stops falling; you can stop at any time and continue later.",
    ),
    "batch_size": Explanation(
        "Images in each step of the optimiser",
        "The model is adjusted once after each batch. Small batches make more, noisier steps in an "
        "epoch; large ones run faster on a GPU and may need a larger learning rate.",
    ),
    "learning_rate": Explanation(
        "Size of each step of the optimiser (Adam)",
        "How far each step moves the weights. Too large and the loss jumps or becomes infinite, too "
        "small and training crawls; 1e-3 is a good start, and it can be changed while training.",
    ),
    "schedule": Explanation(
        "How the learning rate changes over the training",
        "Constant keeps the rate, so that you can stop or add epochs at any time. One cycle rises to it and then "
        "falls to almost nothing at the last epoch: it bears a rate five to ten times as large and reaches a good "
        "model in fewer epochs, but is only done at the end.",
    ),
    "precision": Explanation(
        "Numbers that matrix products and convolutions use",
        "Automatic measures for a moment which is faster here; a run that continues keeps what it began with. "
        "bfloat16 rounds to three digits inside products and is up to twice as fast where the processor knows it, "
        "while weights, losses and every evaluation stay float32.",
    ),
    "seed": Explanation(
        "Number that all randomness starts from",
        "First weights, order of the images and noise all follow from it. The same seed and settings "
        "give the same model on the same device; another seed shows what is chance.",
    ),
    "device": Explanation(
        "What computes: a graphics card or the processor",
        "Automatic takes a CUDA or Apple GPU where there is one, else the processor (CPU). A GPU is "
        "many times faster for convolutional networks; small MLPs hardly care.",
    ),
    "more_settings": Explanation(
        "Settings that most trainings leave alone",
        "Shows or hides the schedule of the learning rate, the seed, the device and the precision. They count "
        "whether they are shown or not.",
    ),
    "train": Explanation(
        "Train a model with these settings",
        "Starts the optimiser: it draws a sample from each image's posterior, decodes it, and lowers "
        "reconstruction loss plus β times KL. The map follows while it runs, and everything is saved "
        "in a run folder.",
    ),
    "pause": Explanation(
        "Hold the training; the model stays explorable",
        "Training stops between two steps and keeps everything in memory. Resume goes on as if "
        "nothing had happened.",
    ),
    "stop": Explanation(
        "End the training; weights and state are saved",
        "Saves the model and the exact state of the optimiser in the run folder. The run can be "
        "continued later, even after a restart, with the same result as if it had not stopped.",
    ),
    "new_run": Explanation(
        "Train a fresh model instead of continuing this one",
        "Starts again from random weights in a new run folder. The run on screen is kept as it is.",
    ),
}
