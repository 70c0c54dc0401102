import { tr } from "../i18n/texts.ts";

/**
 * The standard terms, each with its forms and a sentence that explains it. The forms are separated by "|", and "*" matches any
 * letters and hyphens. If a form is also a text of the screen, it is the last one, because its forms differ in another
 * language. Both texts are functions, because the language of the screen can change.
 */
export const TERMS: readonly (readonly [forms: () => string, gloss: () => string])[] = [
  [
    () => tr("interspike interval*|ISI|ISIs"),
    () => tr("The interspike interval (ISI) is the time between two successive spikes."),
  ],
  [
    () => tr("coefficient of variation|CV"),
    () =>
      tr(
        "The coefficient of variation (CV) is the standard deviation divided by the mean; a CV of 0 means perfectly regular intervals.",
      ),
  ],
  [() => tr("latency"), () => tr("The latency is the time from stimulus onset to the first spike.")],
  [() => tr("rheobase"), () => tr("The rheobase is the smallest constant current that elicits firing.")],
  [() => tr("f–I curve*"), () => tr("The f–I curve is the firing rate as a function of a constant injected current.")],
  [() => tr("class 1*"), () => tr("A class 1 neuron can fire arbitrarily slowly, so its f–I curve starts at zero.")],
  [() => tr("class 2*"), () => tr("A class 2 neuron has a minimum firing rate, so its f–I curve starts with a jump.")],
  [
    () => tr("adaptation index"),
    () =>
      tr(
        "The adaptation index is the mean relative change from one interspike interval to the next; it is positive if the intervals grow.",
      ),
  ],
  [
    () => tr("afterdepolarization|ADP"),
    () => tr("The afterdepolarization (ADP) is a depolarizing hump of the membrane potential after a spike."),
  ],
  [
    () => tr("afterhyperpolarization|AHP"),
    () => tr("The afterhyperpolarization (AHP) is a dip of the membrane potential below rest after a spike."),
  ],
  [
    () => tr("depolarization block*"),
    () => tr("In depolarization block a neuron is so strongly depolarized that it cannot fire any more."),
  ],
  [() => tr("rebound*"), () => tr("A rebound is the firing of a neuron after its release from inhibition.")],
  [
    () => tr("all-or-none*"),
    () => tr("An all-or-none response is either a full spike or no spike, with nothing in between."),
  ],
  [
    () => tr("subthreshold oscillation*"),
    () =>
      tr(
        "A subthreshold oscillation is an oscillation of the membrane potential around rest that stays below the threshold.",
      ),
  ],
  [
    () => tr("sag"),
    () => tr("The sag is the partial return of the membrane potential during a hyperpolarizing current step."),
  ],
  [
    () => tr("input resistance*"),
    () =>
      tr(
        "The input resistance is the change of the steady membrane potential divided by a small change of the injected current.",
      ),
  ],
  [
    () => tr("membrane time constant"),
    () => tr("The membrane time constant is the time in which a small deviation from rest decays to 37 %."),
  ],
  [() => tr("RMS error*"), () => tr("The RMS error is the root mean square of the difference between two traces.")],
  [
    () => tr("coincidence factor Γ"),
    () =>
      tr(
        "The coincidence factor Γ compares spike times with a reference; 1 means identical spike trains and 0 means chance level.",
      ),
  ],
  [
    () => tr("van Rossum distance"),
    () =>
      tr(
        "The van Rossum distance compares two spike trains after each spike is replaced by a decaying exponential; 0 means identical.",
      ),
  ],
  [
    () => tr("holding current*|holding level"),
    () => tr("The holding current is a constant injected current to which the stimulus is added."),
  ],
  [
    () => tr("stimulus onset|onset"),
    () => tr("The stimulus onset is the time at which the stimulus starts; times are measured from it."),
  ],
  [() => tr("trajectory"), () => tr("A trajectory is the path of the model's state over time.")],
  [
    () => tr("nullcline*|*-nullcline"),
    () => tr("A nullcline is the curve in the phase plane on which one variable does not change."),
  ],
  [
    () => tr("fixed point*"),
    () =>
      tr(
        "A fixed point is a state in which no variable changes; it is stable if the neuron returns to it after a small perturbation.",
      ),
  ],
  [
    () => tr("saddle"),
    () => tr("A saddle is an unstable fixed point that attracts in some directions and repels in others."),
  ],
  [
    () => tr("limit cycle*"),
    () => tr("A limit cycle is an isolated closed trajectory; regular firing follows a stable limit cycle."),
  ],
  [
    () => tr("separatrix"),
    () => tr("A separatrix is the boundary between states that lead to different outcomes, such as rest and firing."),
  ],
  [
    () => tr("bifurcation"),
    () =>
      tr(
        "A bifurcation is a qualitative change of the dynamics at a critical parameter value, for example the onset of firing at a critical current.",
      ),
  ],
  [
    () => tr("bifurcation diagram*"),
    () => tr("A bifurcation diagram shows the fixed points and limit cycles of a model along a range of currents."),
  ],
  [
    () => tr("saddle-node|saddle-node bifurcation"),
    () => tr("At a saddle-node bifurcation a stable fixed point and a saddle collide and vanish."),
  ],
  [
    () => tr("saddle-node on an invariant circle|SNIC"),
    () =>
      tr(
        "At a saddle-node on an invariant circle (SNIC) the resting state vanishes on the limit cycle itself, so firing starts at a rate of zero.",
      ),
  ],
  [
    () => tr("Hopf|Andronov–Hopf|Andronov–Hopf bifurcation"),
    () => tr("At an Andronov–Hopf bifurcation a fixed point loses its stability to an oscillation."),
  ],
  [
    () => tr("supercritical Hopf|supercritical Andronov–Hopf*"),
    () => tr("At a supercritical Andronov–Hopf bifurcation the oscillation is stable and starts with zero amplitude."),
  ],
  [
    () => tr("subcritical Hopf|subcritical Andronov–Hopf*"),
    () =>
      tr(
        "At a subcritical Andronov–Hopf bifurcation an unstable limit cycle shrinks onto the fixed point, so firing starts at full amplitude.",
      ),
  ],
  [
    () => tr("saddle homoclinic|saddle homoclinic orbit*|saddle homoclinic bifurcation"),
    () => tr("At a saddle homoclinic bifurcation a limit cycle collides with a saddle, and its period diverges."),
  ],
  [
    () => tr("fold of limit cycles"),
    () => tr("At a fold of limit cycles a stable and an unstable limit cycle collide and vanish."),
  ],
  [
    () => tr("criterion|criteria"),
    () => tr("A criterion is a feature with an accepted range; a pattern is shown if all its criteria are met."),
  ],
  [() => tr("accepted range*"), () => tr("The accepted range is the interval of values for which a criterion is met.")],
  [
    () => tr("loss"),
    () => tr("The loss is the sum of the penalties of all criteria; it is 0 if all criteria are met."),
  ],
  [
    () => tr("verified"),
    () => tr("Verified means that a parameter set meets all criteria and passes every verification test."),
  ],
  [
    () => tr("verification test*"),
    () =>
      tr(
        "A verification test evaluates the criteria again under a small change, such as a smaller time step or rounded parameters.",
      ),
  ],
  [
    () => tr("ruled out"),
    () =>
      tr(
        "Ruled out means that a proof excludes the pattern for all parameters of this model within the limits of the proof.",
      ),
  ],
  [
    () => tr("target"),
    () => tr("The target is the published neuron or the recording that your trace is compared with."),
  ],
  [
    () => tr("evaluation*"),
    () => tr("An evaluation is the simulation of one parameter set during a search, with its loss."),
  ],
  [() => tr("node"), () => tr("A node is a fixed point that the state approaches or leaves without oscillation.")],
  [() => tr("focus"), () => tr("A focus is a fixed point that the state approaches or leaves in a spiral.")],
  [() => tr("search space*"), () => tr("The search space contains all parameter sets within the search ranges.")],
  [
    () => tr("search range*"),
    () => tr("The search range of a parameter is the interval of values that a search can use."),
  ],
  [
    () => tr("held-out sweep*|held out for validation"),
    () => tr("A held-out sweep is not used for fitting. It tests how well the fitted parameters predict new data."),
  ],
  [
    () => tr("100 points*"),
    () => tr("The points compare your neuron with the hidden neuron; 100 points mean that all criteria are met."),
  ],
];
