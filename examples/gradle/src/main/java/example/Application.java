package example;

import io.javalin.Javalin;
import java.util.LinkedHashMap;
import java.util.Map;

/** Answers every request with one page. */
public final class Application {

  private Application() {}

  public static void main(String[] arguments) {
    int port = Integer.parseInt(valueOf("PORT", "8080"));
    Javalin.create(settings -> settings.showJavalinBanner = false)
        .get("/", context -> context.html(Page.of(facts())))
        .start(port);
  }

  private static Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Java", System.getProperty("java.version"));
    facts.put("JAVA_OPTS", valueOf("JAVA_OPTS", "not set"));
    facts.put("Dyno", valueOf("DYNO", "none"));
    facts.put("Greeting", valueOf("GREETING", "none; try: heroku config:set GREETING=hello"));
    return facts;
  }

  private static String valueOf(String variable, String otherwise) {
    return System.getenv().getOrDefault(variable, otherwise);
  }
}
