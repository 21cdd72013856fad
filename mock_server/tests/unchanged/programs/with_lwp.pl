use LWP::UserAgent;
my $answer = LWP::UserAgent->new->get(
    'https://api.trackflow.io/v2/track/1Z204E380338943508', 'X-API-Key' => 'tf_live_sk_xxxxxxxxxxxxxxxxxxxx');
print $answer->content;
