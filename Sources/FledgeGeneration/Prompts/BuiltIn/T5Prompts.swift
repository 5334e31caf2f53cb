extension BuiltInPrompts {
    /// The prefixes that T5 was trained with (Raffel et al. 2020, appendix D), with the fields and labels of the data sets.
    static let t5 = [
        """
        {# name: t5-summarize #}
        {# description: T5's prefix for CNN/Daily Mail #}
        {# inputs: text #}
        {# truncate: text #}

        {# query #}
        summarize: {{ text }}
        """,
        """
        {# name: t5-translate #}
        {# description: T5's prefix for WMT; it knows German, French and Romanian #}
        {# inputs: text #}
        {# defaults: {"source_language": "English", "target_language": "German"} #}
        {# truncate: text #}

        {# query #}
        translate {{ source_language }} to {{ target_language }}: {{ text }}
        """,
        """
        {# name: t5-question-answering #}
        {# description: T5's form of SQuAD #}
        {# inputs: question, context #}
        {# truncate: context #}

        {# query #}
        question: {{ question }} context: {{ context }}
        """,
        """
        {# name: t5-cola #}
        {# description: T5's form of CoLA: is a sentence acceptable? #}
        {# inputs: sentence #}
        {# target: label #}
        {# labels: {"0": "unacceptable", "1": "acceptable"} #}
        {# truncate: sentence #}

        {# query #}
        cola sentence: {{ sentence }}

        {# answer #}
         {{ label }}
        """,
        """
        {# name: t5-sst2 #}
        {# description: T5's form of SST-2: positive or negative? #}
        {# inputs: sentence #}
        {# target: label #}
        {# labels: {"0": "negative", "1": "positive"} #}
        {# truncate: sentence #}

        {# query #}
        sst2 sentence: {{ sentence }}

        {# answer #}
         {{ label }}
        """,
        """
        {# name: t5-mrpc #}
        {# description: T5's form of MRPC: do two sentences say the same? #}
        {# inputs: sentence1, sentence2 #}
        {# target: label #}
        {# labels: {"0": "not_equivalent", "1": "equivalent"} #}
        {# truncate: sentence1 #}

        {# query #}
        mrpc sentence1: {{ sentence1 }} sentence2: {{ sentence2 }}

        {# answer #}
         {{ label }}
        """,
        """
        {# name: t5-qqp #}
        {# description: T5's form of QQP: do two questions ask the same? #}
        {# inputs: question1, question2 #}
        {# target: label #}
        {# labels: {"0": "not_duplicate", "1": "duplicate"} #}
        {# truncate: question1 #}

        {# query #}
        qqp question1: {{ question1 }} question2: {{ question2 }}

        {# answer #}
         {{ label }}
        """,
        """
        {# name: t5-mnli #}
        {# description: T5's form of MNLI: does the hypothesis follow from the premise? #}
        {# inputs: hypothesis, premise #}
        {# target: label #}
        {# labels: {"0": "entailment", "1": "neutral", "2": "contradiction"} #}
        {# truncate: premise #}

        {# query #}
        mnli hypothesis: {{ hypothesis }} premise: {{ premise }}

        {# answer #}
         {{ label }}
        """,
        """
        {# name: t5-qnli #}
        {# description: T5's form of QNLI: does a sentence answer a question? #}
        {# inputs: question, sentence #}
        {# target: label #}
        {# labels: {"0": "entailment", "1": "not_entailment"} #}
        {# truncate: sentence #}

        {# query #}
        qnli question: {{ question }} sentence: {{ sentence }}

        {# answer #}
         {{ label }}
        """,
        """
        {# name: t5-rte #}
        {# description: T5's form of RTE: does the second sentence follow from the first? #}
        {# inputs: sentence1, sentence2 #}
        {# target: label #}
        {# labels: {"0": "entailment", "1": "not_entailment"} #}
        {# truncate: sentence1 #}

        {# query #}
        rte sentence1: {{ sentence1 }} sentence2: {{ sentence2 }}

        {# answer #}
         {{ label }}
        """,
        """
        {# name: t5-stsb #}
        {# description: T5's form of STS-B: how alike are two sentences, from 0 to 5? #}
        {# inputs: sentence1, sentence2 #}
        {# truncate: sentence1 #}

        {# query #}
        stsb sentence1: {{ sentence1 }} sentence2: {{ sentence2 }}
        """,
    ]
}
