package example;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class Application {

  public static void main(String[] arguments) {
    SpringApplication.run(Application.class, arguments);
  }

  @GetMapping(path = "/", produces = "text/html")
  String index() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Java", System.getProperty("java.version"));
    facts.put("JAVA_OPTS", valueOf("JAVA_OPTS", "not set"));
    facts.put("Dyno", valueOf("DYNO", "none"));
    facts.put("Greeting", valueOf("GREETING", "none; try: heroku config:set GREETING=hello"));
    return Page.of(facts);
  }

  private static String valueOf(String variable, String otherwise) {
    return System.getenv().getOrDefault(variable, otherwise);
  }
}
