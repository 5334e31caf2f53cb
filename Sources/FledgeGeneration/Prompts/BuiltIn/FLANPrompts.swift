extension BuiltInPrompts {
    /// Questions in whole sentences with the answers to choose from below, the manner in which FLAN-T5 was taught
    /// (Chung et al. 2022); the words are Fledge's own.
    static let flan = [
        """
        {# name: flan-summarize-dialogue #}
        {# description: FLAN's manner: a conversation, then what to do with it #}
        {# inputs: dialogue #}
        {# target: summary #}
        {# truncate: dialogue #}

        {# query #}
        Read this conversation:

        {{ dialogue }}

        In a few words, what was it about?

        {# answer #}
        {{ "\\n\\n" + summary }}
        """,
        """
        {# name: flan-sentiment #}
        {# description: FLAN's manner: a review and two choices #}
        {# inputs: text #}
        {# target: label #}
        {# labels: {"0": "negative", "1": "positive"} #}
        {# truncate: text #}

        {# query #}
        {{ text }}

        What does the writer feel about it?
        OPTIONS:
        {% for word in label_words %}
        - {{ word }}
        {% endfor %}
        ANSWER:

        {# answer #}
         {{ label }}
        """,
        """
        {# name: flan-entailment #}
        {# description: FLAN's manner: whether one sentence follows from another #}
        {# inputs: premise, hypothesis #}
        {# target: label #}
        {# labels: {"0": "yes", "1": "it cannot be said", "2": "no"} #}
        {# truncate: premise #}

        {# query #}
        {{ premise }}

        If that is so, is this true as well? {{ hypothesis }}
        OPTIONS:
        {% for word in label_words %}
        - {{ word }}
        {% endfor %}
        ANSWER:

        {# answer #}
         {{ label }}
        """,
        """
        {# name: flan-question-answering #}
        {# description: FLAN's manner: a text and a question about it #}
        {# inputs: context, question #}
        {# target: answer #}
        {# truncate: context #}

        {# query #}
        {{ context }}

        With this text, answer the question: {{ question }}

        {# answer #}
        {{ "\\n" + answer }}
        """,
        """
        {# name: flan-translate #}
        {# description: FLAN's manner: a sentence to say in another language #}
        {# inputs: text #}
        {# target: translation #}
        {# defaults: {"target_language": "German"} #}
        {# truncate: text #}

        {# query #}
        {{ text }}

        How is that said in {{ target_language }}?

        {# answer #}
        {{ "\\n" + translation }}
        """,
    ]
}
